# A word for each kind of event (at most 9 letters, for the list), and a sentence with its figures.

word-node-started = STARTED
    .moment = node started
word-node-crashed = CRASHED
    .moment = node crashed
word-node-recovered = RECOVERED
    .moment = node recovered
word-caught-up = CAUGHT UP
    .moment = caught up
word-node-frozen = FROZEN
    .moment = node frozen
word-node-thawed = THAWED
    .moment = node thawed
word-node-halted = HALTED
    .moment = node halted
word-disk-slow = DISK SLOW
    .moment = disk slow
word-disk-restored = DISK
    .moment = disk restored
word-rolling-restart-began = ROLLING
    .moment = rolling restart began
word-rolling-restart-done = ROLLING
    .moment = rolling restart done
word-rolling-restart-stopped = ROLLING
    .moment = rolling restart stopped
word-link-cut = CUT
    .moment = link cut
word-link-healed = HEALED
    .moment = link healed
word-node-isolated = ISOLATED
    .moment = node isolated
word-node-muted = MUTED
    .moment = node muted
word-node-rejoined = REJOINED
    .moment = node rejoined
word-links-healed = HEALED
    .moment = links healed
word-peer-healthy = HEALTHY
    .moment = peer healthy
word-peer-degraded = DEGRADED
    .moment = peer degraded
word-peer-failed = FAILED
    .moment = peer failed
word-election-timeout = TIMEOUT
    .moment = election timeout
word-candidate-stands = STANDS
    .moment = candidate stands
word-vote-granted = VOTE
    .moment = vote granted
word-vote-refused = REFUSED
    .moment = vote refused
word-leader-elected = ELECTED
    .moment = leader elected
word-leader-stepped-down = STEPPED
    .moment = leader stepped down
word-first-commit = COMMIT
    .moment = first commit
word-first-answer = ANSWER
    .moment = first answer
word-transfer-began = TRANSFER
    .moment = transfer began
word-transfer-failed = FAILED
    .moment = transfer failed
word-config-appended = CONFIG
    .moment = config appended
word-config-committed = CONFIG
    .moment = config committed
word-config-reverted = CONFIG
    .moment = config reverted
word-config-refused = REFUSED
    .moment = config refused
word-learner-ready = LEARNER
    .moment = learner ready
word-node-joined = JOINED
    .moment = node joined
word-node-leaving = LEAVING
    .moment = node leaving
word-node-left = LEFT
    .moment = node left
word-replica-placed = PLACED
    .moment = replica placed
word-replica-retired = RETIRED
    .moment = replica retired
word-rebalanced = REBALANCE
    .moment = rebalanced
word-tail-truncated = TRUNCATED
    .moment = tail truncated
word-snapshot-sent = SNAPSHOT
    .moment = snapshot sent
word-snapshot-installed = SNAPSHOT
    .moment = snapshot installed
word-snapshot-taken = SNAPSHOT
    .moment = snapshot taken
word-gap-found = GAP
    .moment = gap found
word-rebuilt = REBUILT
    .moment = rebuilt
word-invariant-violated = VIOLATED
    .moment = invariant violated
word-orders-lost = LOST
    .moment = orders lost
word-ack-changed = ACK
    .moment = ack changed
word-rule-switched = RULE
    .moment = rule switched
word-strategy-changed = STRATEGY
    .moment = strategy changed
word-load-changed = LOAD
    .moment = load changed
word-load-skewed = LOAD
    .moment = load skewed
word-load-hot = LOAD HOT
    .moment = load hot
word-reads-moved = READS
    .moment = reads moved
word-ticks-changed = TICKS
    .moment = ticks changed
word-tick-overflow-changed = OVERFLOW
    .moment = tick overflow changed
word-signals-switched = SIGNALS
    .moment = signals switched
word-setting-changed = CHANGED
    .moment = setting changed
word-control-refused = REFUSED
    .moment = control refused
word-admission-switched = ADMISSION
    .moment = admission switched
word-group-stalled = STALLED
    .moment = group stalled
word-group-resumed = RESUMED
    .moment = group resumed
word-capacity-search-began = CAPACITY
    .moment = capacity search began
word-capacity-tried = CAPACITY
    .moment = capacity tried
word-capacity-found = CAPACITY
    .moment = capacity found
word-capacity-search-ended = CAPACITY
    .moment = capacity search ended
word-feed-opened = FEED
    .moment = feed opened
word-feed-wrong = FEED
    .moment = feed wrong
word-feed-bent = FEED
    .moment = prices of a feed bent
word-feed-ended = FEED
    .moment = feed ended
word-trades-read = TRADES
    .moment = trades read
word-trades-damaged = DAMAGED
    .moment = trades damaged
word-trade-found = TRADE
    .moment = trade found
word-rotation-out = ROTATION
    .moment = rotation out
word-rotation-back = ROTATION
    .moment = rotation back
word-worker-draining = DRAINING
    .moment = worker draining
word-worker-undrained = UNDRAINED
    .moment = worker undrained
word-worker-drained = DRAINED
    .moment = worker drained
word-burst-began = BURST
    .moment = burst began
word-burst-ended = BURST
    .moment = burst ended
word-symbol-assigned = ASSIGNED
    .moment = symbol assigned
word-tick-burst-began = TICK
    .moment = tick burst began
word-moves-planned = MOVES
    .moment = moves planned
word-symbol-frozen = FROZEN
    .moment = symbol frozen
word-symbol-moved = MOVED
    .moment = symbol moved
word-moves-done = MOVES
    .moment = moves done
word-venue-opened = OPENED
    .moment = venue opened
word-venue-closed = CLOSED
    .moment = venue closed
word-venue-drained = DRAINED
    .moment = venue drained
word-overloaded = OVERLOAD
    .moment = overloaded
word-queue-full = FULL
    .moment = queue full

event-started = { $node } starts with { count-records } on its disk
event-crashed = { $node } is dead: { $n ->
    [0] nothing was waiting for its disk
    [one] 1 record was not on its disk yet, and is forgotten
   *[other] { $n } records were not on its disk yet, and are forgotten
 }
event-recovered = { $node } is back from its disk, { $n ->
    [0] and nothing behind
    [one] 1 record behind
   *[other] { $n } records behind
 }
event-caught-up = { $node } holds all that is committed: { $n ->
    [one] 1 record
   *[other] { $n } records
 } fetched in { $after }
event-frozen = { $node } stands still: it is not dead, it just does not answer
event-thawed = { $node } goes on after { $after }; { $n ->
    [one] 1 message waited for it
   *[other] { $n } messages waited for it
 }
event-halted = { $node } panicked and is halted: { $message }
event-disk-slow = the disk of { $node } is slow now: its fsyncs hold up what must be on disk first
event-disk-fast = the disk of { $node } is as fast as before
event-cut = nothing passes from { $node } to { $to } any more
event-healed = messages pass from { $node } to { $to } again
event-isolated = { $node } is cut off: it hears nobody and nobody hears it
event-muted = { $node } is not heard any more, but still hears the others
event-rejoined = { $node } hears and is heard again
event-all-healed = every link passes again
event-believes-healthy = { $node } believes { $peer } is well: heartbeats come again
event-believes-degraded = { $node } believes { $peer } is late: silent for { $silent }
event-believes-failed = { $node } believes { $peer } is gone: silent for { $silent }
event-repeated = { $n ->
    [one] once more
   *[other] { $n } times more
}
event-timed-out = { $node } asks whether it could win term { $term }: no leader heard for { $silent }, its timer was { $timeout }
event-timed-out-first = { $node } asks whether it could win term { $term }: no leader heard for { $silent }, its timer of { $timeout } was the shortest
event-timed-out-stands = { $node } gives up waiting for a leader: none heard for { $silent }, its timer was { $timeout }
event-stands = { $node } stands for election in term { $term }, and votes for itself
event-stands-silent = { $node } stands for election in term { $term }: no heartbeat for { $silent }, its timer was the shortest
event-stands-forced = { $node } stands for election in term { $term }, because it was told to
event-voted = { $node } votes for { $candidate } in term { $term }
event-vote-refused = { $node } refuses { $candidate } its vote for term { $term }: { $why }
event-pre-vote-refused = { $node } tells { $candidate } it would not win term { $term }: { $why }
event-elected = { $node } leads in term { $term }: { $votes } of { $voters } votes ({ $who })
event-stepped-down-term = { $node } leads no longer: it met term { $higher }, its own was { $term }
event-stepped-down-quorum = { $node } leads no longer: it heard no majority for an election timeout
event-stepped-down-removed = { $node } leads no longer: the new configuration has no vote for it
event-config = { $node } changes the group: { $voters } vote
event-config-learners = { $node } changes the group: { $voters } vote, { $learners } learn
event-config-joint = { $node } begins to change the voters: until it is committed, a majority of { $outgoing } and one of { $voters } must agree
event-config-committed = { $node } commits the configuration: { $voters } vote
event-config-committed-joint = { $node } commits the joint configuration: both majorities hold it, the old voters may go
event-config-reverted = { $node } takes a change of the group back, it was cut from the log: { $voters } vote
event-config-refused = { $node } does not change the group: { $why }
event-learner-ready = { $learner } keeps up with the log of { $node }: it may be given a vote
event-first-commit = { $node } commits record { $index }, its first of term { $term }: the group works again
event-first-answer = a client has an answer again, from term { $term }
event-transfer = { $node } hands leadership to { $to }
event-transfer-failed = { $node } keeps leadership, { $to } could not take it: { $why }
event-truncated = { $node } cuts { $n ->
    [one] 1 record
   *[other] { $n } records
 } from { $index } on: they contradict its leader
event-snapshot-sent = { $node } sends { $to } its snapshot up to { $index }: the log is too short
event-snapshot-installed = { $node } takes over a snapshot up to { $index }
event-snapshot-taken = { $node } made a snapshot up to { $index }
event-rotation-out = the balancer passes { $node } by
event-rotation-back = the balancer sends to { $node } again
event-burst = { $n ->
    [one] 1 order
   *[other] { $n } orders
 } on top of the load
event-burst-ended = the burst of { $n } orders is through, { $failed } of them not acknowledged
event-overloaded-ticks = { $node } has as many ticks waiting as it takes, and sheds
event-assigned = nobody had { $symbol }: its ticks go to { $node }
event-assigned-anew = the ticks of { $symbol } go to { $node } now, no longer to { $from }
event-tick-burst = { $n } ticks on top of the rate
event-ticks-on = { $n } ticks a second from now on
event-ticks-off = market data is switched off
event-overload-slow = ticks that do not fit are not made: the source slows down
event-overload-shed-oldest = ticks that do not fit push the oldest out
event-overload-shed-newest = ticks that do not fit are turned away
event-signals-on = signals become orders from now on
event-signals-off = signals are only shown from now on
event-draining = the balancer gives { $node } nothing new; it finishes what it has
event-draining-over = the balancer gives { $node } requests again
event-drained = { $node } has finished what it had and is given nothing new
event-overloaded-balancer = all gateways and the queue of the balancer are full; it refuses orders
event-overloaded-gateway = the gateway of { $node } is full and refuses orders
event-overloaded-proposals = { $node } has as many records waiting as it takes, and refuses more
event-overloaded-link = a link of { $node } is full and drops messages
event-overloaded-held = no more messages are kept for { $node } while it stands still
event-overloaded-reads = { $node } has as many queries waiting for a quorum as it takes, and refuses more
event-overloaded-clients = every client session is full of unanswered requests: new ones are refused before they are sent
event-ack-leader = orders are acknowledged by the leader alone from now on: fast, and a crash can lose them
event-ack-majority = orders are acknowledged by a majority from now on
event-ack-all = orders are acknowledged by every voter from now on: one dead voter stops the answers
event-ack-count = orders are acknowledged by { $n } voters from now on
event-rule-on = the rule { rule-said } holds again
event-rule-off = the rule { rule-said } is switched off: see what it was for
event-strategy = the balancer picks by { strategy-said } from now on
event-load-on = { $n } requests a second from now on
event-load-off = the load is switched off
event-skew = instruments are asked for by Zipf with exponent { $n }/1000
event-hot = { $n } of a hundred orders are for { $symbol } from now on
event-hot-off = no symbol is hot any more
event-reads-leader = queries are answered by leaders from now on
event-reads-replica = queries are answered by the nearest replica from now on, and may be stale
event-reads-fallback = queries are answered by leaders, and while one is away by the nearest replica, which says how old its answer is
event-refused = not done: { $control }, because { $why }
event-rolling = a rolling restart begins: one node after the other
event-rolling-done = the rolling restart is through
event-rolling-restart-stopped = the rolling restart stops here: { $node } did not catch up
event-feed-opened = { $n ->
    [one] a feed is played: { $n } row
   *[other] a feed is played: { $n } rows
 }
event-feed-wrong = line { $n } of the feed is wrong: only what stands before it is played
event-feed-bent = { $n ->
    [one] { $n } price of the feed is outside of the book: the nearest that fits is played
   *[other] { $n } prices of the feed are outside of the book: the nearest that fit are played
 }
event-feed-ended = { $n ->
    [one] the feed is over: { $n } order
   *[other] the feed is over: { $n } orders
 }
event-trades-read = { $symbol }: { $n ->
    [one] 1 trade
   *[other] { $n } trades
 } in { $opened ->
    [one] 1 window
   *[other] { $opened } windows
 }, { $passed } not opened, { $bytes } bytes read
event-window-damaged = trades cannot be read: window { $window } is damaged on the disk
event-trade-bought = { $id }: { $n } { $symbol } bought at { $price }, { $at }, in { $source }; kept by { $group }, shipped { $hops ->
    [one] once
   *[other] { $hops } times
 }{ $copies ->
    [one] {""}
   *[other] {", on its way"}
 }
event-trade-sold = { $id }: { $n } { $symbol } sold at { $price }, { $at }, in { $source }; kept by { $group }, shipped { $hops ->
    [one] once
   *[other] { $hops } times
 }{ $copies ->
    [one] {""}
   *[other] {", on its way"}
 }
event-violated = { $invariant } broken: { $detail }
event-lost = { $n ->
    [one] 1 acknowledged order is lost for good
   *[other] { $n } acknowledged orders are lost for good
 }

somebody = somebody
event-joined = { $node } is a member of the cluster now
event-leaving = { $node } is leaving: what it holds moves to others
event-left = { $node } has left the cluster and is switched off
event-retired = { $node } frees its replica: the group has no use for it any more
event-placed-add = a replica comes to { $to }: { $reason }
event-placed-remove = the replica on { $from } goes: { $reason }
event-placed-replace = the replica on { $from } moves to { $to }: { $reason }
event-placed-lead = leadership goes from { $from } to { $to }: { $reason }
event-rebalanced = every group is where it is wanted; leaders differ by { $n }
event-moves-planned = { $n ->
    [0] no symbol is to move any more
    [one] one symbol is to move
   *[other] { $n } symbols are to move
}
event-symbol-frozen = { $group } holds { $symbol } still: it goes to { $to }
event-symbol-moved = { $symbol } belongs to { $to } now
event-moves-done = nothing is on its way any more; symbols moved so far: { $n }
event-gap = { $node } stopped at version { $index }: change { $to } does not follow
event-rebuilt = { $node } rebuilt its state up to { $index } from its disk ({ $n } records)

## Venues: word and sentence
event-venue-opened = venue { $venue } takes orders again
event-venue-closed = venue { $venue } takes no more orders; what rests there will be cancelled
event-venue-drained = { $group } holds nothing at venue { $venue } any more: { $n ->
    [0] no order rested there
    [one] one order was cancelled
   *[other] { $n } orders were cancelled
}
event-overloaded-admission = { $node } refuses what it could only answer too late
event-admission-on = what cannot be answered in time is refused at once from now on
event-admission-off = admission is off: everything is taken, in time or not
event-stalled = orders are refused: the rule of acknowledgement waits for { $missing }
event-resumed = the acknowledgement rule can be met again: orders are accepted
event-capacity-search = the load is ramped to find the capacity
event-capacity-held = { $n } requests a second: nothing refused, answers in time
event-capacity-not-held = { $n } requests a second are too many
event-capacity-found = the capacity is { $n } requests a second
event-capacity-ended = the search for the capacity ended without a figure
event-setting-changed = { $what }
