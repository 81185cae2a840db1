# Sugar only: `.ci/run` is the truth and needs no `just`.

# The dashboard.
run *ARGS:
    cargo run --release -- {{ARGS}}

# All tests.
test *ARGS:
    cargo test {{ARGS}}

# The storms of one seed.
sim SEED:
    SIM_SEED={{SEED}} cargo test storm

# Write golden scripts and snapshots anew; then read the diff.
golden:
    UPDATE_GOLDENFILES=1 INSTA_UPDATE=always cargo test
    git diff --stat

# The benches.
bench *ARGS:
    cargo bench --bench '*' -- {{ARGS}}

# The pictures of the README, drawn by the program from a fixed seed.
pictures:
    cargo run --release --example picture

# What must pass before a commit is published.
ci:
    bash .ci/run

# The long runs: storms, kills, sweeps, soak. Their figures are reported when an issue closes.
campaign SEEDS="10000":
    CAMPAIGN_SEEDS={{SEEDS}} cargo test --release -- --ignored --nocapture campaign
