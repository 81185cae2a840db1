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

# The long runs: storms of the whole cluster and of Raft alone, kills of the leader, every script with further seeds.
# Their figures are reported when an issue closes. The tests are those of `just test`, with more seeds.
campaign SEEDS="10000":
    STORM_SEEDS={{SEEDS}} cargo test --test storm storms_break_no_invariant -- --nocapture
    STORM_SEEDS={{SEEDS}} cargo test --test storm storms_of_everything -- --nocapture
    HARNESS_CAMPAIGN=1 HARNESS_WALKS={{SEEDS}} cargo test --lib harness:: -- --nocapture
    SCRIPT_SEEDS=50 cargo test --test between_groups
    STORM_SEEDS={{SEEDS}} cargo test --test raft_storm storms_break_no_promise -- --nocapture
    FAILOVER_SEEDS=200 cargo test --test failover -- --nocapture
    SCRIPT_SEEDS=20 cargo test --test scenarios
