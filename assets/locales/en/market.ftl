# The market: symbols, ladder, tape, blotter, order form, market data, spreads.
screen-market = Market
panel-symbols = Symbols { $n }
note-symbols = / name
symbols-none = no name holds that
market-symbol = symbol
market-last = last
market-change = change
market-bid = bid
market-ask = ask
market-spread = spread
market-trend = trend
market-traded = lots
market-resting = resting
market-state = state
market-owner = at
market-open = OPEN
market-halted = HALTED
market-gone = NO COPY
panel-ladder = Book { $symbol } ({ $place })
note-ladder = o order
ladder-none = no running replica has this book
ladder-sum = sum
ladder-bid = bid
ladder-price = price
ladder-ask = ask
ladder-spread = spread
ladder-imbalance = imbalance
ladder-one-sided = one side is empty
ladder-volume = { $lots } lots in { $n ->
    [one] { $n } trade
   *[other] { $n } trades
 }
panel-tape = Tape { $symbol }
note-tape = newest above
tape-none = nothing has traded yet
side-buy = BUY
side-sell = SELL
panel-blotter = Your orders { $n }
note-blotter = Enter history
blotter-none = no order yet
blotter-how = o opens the order form
blotter-figures = { $filled } filled, { $resting } rest
blotter-read-current = read from { $node }, the leader
blotter-read = read from { $node }, { $behind } behind
order-market = at market
order-sent = SENT
order-promised = PROMISED
order-refused = REFUSED
order-unknown = NO ANSWER
order-resting = RESTING
order-part = PART FILLED
order-filled = FILLED
order-cancelled = CANCELLED
order-rejected = REJECTED
order-stopped = STOPPED
spread-pending = IN DOUBT
spread-both = BOTH LEGS
spread-neither = NEITHER LEG
word-sent = sent
word-again = no answer yet, asked again
word-replace = replace asked: { $lots } at { $price }
word-cancel = cancel asked
word-query = asked what became of it
word-promised = promised by { $group }: record { $index } of term { $term }
word-figures = { $filled } filled, { $resting } rest
word-read-current = read from { $node }, the leader, at record { $index }
word-read = read from { $node } at record { $index }, { $behind } behind
word-read-nothing = the order is not there
word-unknown = nobody answered in time: what became of it is unknown
panel-spreads = Spreads
spreads-open = open
spreads-held = held
spreads-begun = begun
spreads-committed = both legs
spreads-aborted = neither
spreads-open-short = open
spreads-held-short = held
spreads-begun-short = all
spreads-committed-short = both
spreads-aborted-short = none
panel-ticks = Market data { $rate }
note-ticks = :ticks 10k
note-signals-trade = signals trade
ticks-none = no market data: I sends a burst, :ticks 10k a stream
ticks-asked = asked { $n }/s
ticks-held = held back { $n }
ticks-shed = shed { $n }
ticks-given-up = given up { $n }
ticks-silent = SILENT
ticks-queued = { $n } waiting
ticks-credits = { $n } credits
ticks-symbol = { $symbol } on { $node }
ticks-sliding = sliding
ticks-tumbled = closed
ticks-in-window = { $n } ticks
ticks-signals = { $n } signals, { $orders } became orders
trades-title = Trades of { $symbol }, { $range }
trades-found = { $n ->
    [one] { $n } trade
   *[other] { $n } trades
 } found
trades-opened = { $opened ->
    [one] { $opened } window
   *[other] { $opened } windows
 } opened ({ $cold } cold), { $passed } passed over; { $bytes } bytes read
trades-missing = { $n ->
    [one] { $n } partition has
   *[other] { $n } partitions have
 } not answered: no leader, or it died meanwhile
trades-damaged = window { $window } is damaged on the disk: its trades cannot be read
trades-waiting = asked; the answer comes as virtual time goes on
trades-windows = windows that were opened
trades-first = the first trades
trades-more = and { $n } more
trades-hot = hot
trades-cold = cold
trades-bytes = { $n } bytes
history-title = Order { $order }
history-gone = the order is older than what the blotter keeps
form-title = Order
form-replace = Replace { $order }
form-note = Esc closes
form-kind = order
form-single = single
form-spread = spread
form-spread-about = two legs, both or neither
form-first-leg = leg 1
form-second-leg = leg 2
form-side = side
form-type = type
form-limit = limit
form-market = market
form-wait = in force
form-gtc = gtc
form-ioc = ioc
form-fok = fok
form-gtc-about = what is left rests until it is taken back
form-ioc-about = what does not trade at once is cancelled
form-fok-about = all of it at once, or nothing
form-best = bid { $bid }, ask { $ask }
form-lots-in-all = in all, what has traded counts
form-sends = sends
form-keys = Tab or arrows: next field, left and right: next choice
form-flaws = { $n ->
    [one] { $n } field is to be mended
   *[other] { $n } fields are to be mended
 }
form-same-symbol = the legs need two symbols
form-no-symbol = no such symbol
form-no-symbol-near = no such symbol, did you mean { $near }?
form-no-price = a price in steps of { $step }
form-off-tick = not a whole tick: steps of { $step }
form-price-beyond = too high
form-no-lots = whole lots, 1 to { $most }
toast-no-order = no order yet: o opens the form
toast-no-replace = only an order with a price can be replaced
toast-form-flawed = not sent: the marked field is to be mended
