# Слова экрана.
unit-ms = мс
unit-s = с
per-s = /с
per-s-orders = { " " }заявок/с
screen-overview = Обзор
screen-cluster = Кластер
screen-lesson = Урок
screen-events = События
state-up = ЖИВ
state-slow = МЕДЛЕН
state-frozen = ЗАМЕР
state-down = МЁРТВ
state-halted = ПАНИКА
state-sync = ДОГОНЯЕТ
state-isolated = ОТРЕЗАН
state-muted = НЕ СЛЫШЕН
state-delayed = ЗАДЕРЖКА
state-partly = ОБРЫВ
belief-nobody = некому
belief-healthy = здоров
belief-degraded = медлен
belief-failed = погиб
belief-of = о ком
role-leader = ЛИДЕР
role-follower = ВЕДОМЫЙ
role-pre-candidate = ПРЕДКАНД
role-candidate = КАНДИДАТ
time-run = ИДЁТ { $speed }
time-fast = БЫСТРО { $speed }
time-slow = МЕДЛЕННО { $speed }
time-slow-auto = МЕДЛЕННО { $speed } само
time-paused = ПАУЗА { $speed }
time-step = ШАГ #{ $n }
time-free = предел
time-conversion = 1 с здесь = { $there } там
time-achieved = машина успевает { $speed }x
status-empty = нет кластера
status-no-leader = НЕТ ЛИДЕРА { $group } { $since }
status-up = ЖИВЫ
status-quorum = КВОРУМ { $count }, запас { $margin }
status-quorum-lost = КВОРУМ { $group } { $count } ПОТЕРЯН
status-commit = фикс.
status-locked = ЗАМОК
status-keys = клавиши
status-no-colour = БЕЗ ЦВЕТА
column-number = #
column-state = состояние
column-belief = другие о нём
column-role = роль
column-term = терм
column-commit = фикс.
column-lag = отст.
column-busy = занят
column-leads = ведёт
panel-nodes = Узлы, группа { $group }
panel-some = { $title }, { $shown } из { $n }
panel-lag = Отставание реплик
panel-balancer = Балансировщик
panel-partitions = Разделы { $n }
panel-partitions-some = Разделы { $shown } из { $n }
panel-flow = Поток заявок
panel-failover = Последний отказ
panel-lamps = Обещания
panel-events = События { $n }
panel-raft = Raft { $group }, терм { $term }, фиксация { $commit }
panel-beliefs = Кто что думает
panel-disks = Правда дисков
panel-lanes = Сообщения и причины
panel-lesson = Урок
panel-log = Журнал программы
note-nodes = 1-9 выбор, Enter подробно
note-lag = 0-{ $most }
note-partitions = P другая группа
note-lanes = время не в масштабе
events-following = следит, / фильтр
events-scrolled = ПРОКРУТКА, новых { $n }, G следит
history-used = история { $used } из { $max } МБ
history-resident = RSS { $mb } МБ
history-resident-unknown = RSS неизвестен
history-copies = { $n ->
    [one] { $n } копия
    [few] { $n } копии
   *[other] { $n } копий
}, шаг { $every } с
history-dropped = старых событий и отсчётов удалено: { $n }
playback-plays = идёт запись, конец в { $end } с
playback-plays-broken-off = идёт запись, она обрывается в { $end } с
playback-same = запись кончилась: прогон тот же
playback-same-broken-off = запись обрывается: до этого места прогон тот же
playback-differs = запись: в { $at } с прогон другой
node-since = уже { $since }
no-leader = нет
balancer-out = ВНЕ РОТАЦИИ
balancer-routed = отправлено
balancer-refused = отказано запросам
balancer-to = запросы
balancer-orders = заявки { $acked } из { $sent }/с
balancer-queries = чтения { $queries }/с
balancer-sent = посл./с
balancer-answered = ответов
balancer-open = в пути
balancer-time = задержка
partition-resting = { $n } в книге
partition-leader = лидер
partition-applied = применено в секунду
flow-peak = пик
flow-off = нагрузки нет
flow-waiting = ждут
flow-refused = отказано
flow-ack = подтверждает
flow-queries = запросов/с
flow-burst = ВСПЛЕСК: ещё { $left } из { $all }
ledger-lost = потеряно
ledger-duplicated = дважды
ledger-in-doubt = в сомнении
ledger-revoked = отозвано
ledger-untracked = вне учёта
ledger-unknown = неизвестно
ledger-at-risk = под угрозой
ledger-retried = повторено
ledger-acknowledged = подтверждено
ledger-acknowledged-short = принято
ledger-submitted = из
failover-count = во всех группах: { $n }
failover-unasked = заявок не было
failover-no-orders = без заявок
store-unknown = сделки по номеру неизвестны: у одной партиции нет работающих реплик
failover-none = ни один лидер ещё не отказал
failover-none-here = в { $group } смены лидера ещё не было, в других была
failover-history = во всех группах { $n }: медиана { $median }, худший { $worst }
fault-crash = авария
fault-freeze = замер
fault-cut = отрезан
fault-delay = медленный канал
fault-panic = паника
fault-transfer = передача
phase-silence = тишина
phase-ask = вопрос
phase-vote = голоса
phase-commit = фиксация
phase-answer = ответ
lamps-margin = запас
lamp-one-leader-per-term = один лидер на терм
lamp-log-matching = журналы сходятся
lamp-leader-completeness = лидер знает всё
lamp-state-machine-safety = состояния равны
lamp-monotonic = ничто не назад
lamp-no-lost-ack = коммиты целы
lamp-no-double-fill = ничто не дважды
lamp-no-refused-fill = нет ложных отказов
lamp-book-sound = книги в порядке
lamp-money-conserved = деньги целы
lamp-atomic-commit = всё или ничего
rules-off = ВЫКЛЮЧЕНО: { $rules }
raft-votes = голоса
raft-pre-votes = предварительные голоса
raft-ends = его журнал кончается на { $index }
timer-leads = ведёт, шлёт пульс
timer-stopped = стоит
disk-written = записано
disk-synced = на диске
disk-committed = фиксация
disk-applied = применено
disk-unsynced = не на диске
disk-fsync = fsync
disk-fsyncs = fsync всего
lesson-none = Урок не идёт: F5 покажет список.
lesson-waits = Enter или J дальше
lesson-waits-elsewhere = J дальше
lesson-later = впереди шагов: { $n }
checks-later = проверок впереди: { $n }
lesson-watch = смотрите
lesson-over = конец, F5 снова
lesson-passed = УСПЕХ: сбылось { $met } из { $all }
lesson-failed = НЕУДАЧА: сбылось { $met } из { $all }
check-end = конец
lesson-predict = ПРЕДСКАЖИТЕ
lesson-closed = ВЫ СКАЗАЛИ
list-count = показано { $n }, Esc закрывает
list-empty = ничего не подходит
why-title = Почему?
why-note = Esc закрывает
why-gone = событие старше того, что помнится
why-after = через { $after }, потому что
confirm-title = Точно?
confirm-yes = да
confirm-no = нет
confirm-quit = Идёт запись. Всё равно выйти?
confirm-reset = Начать с чистого листа? Этот прогон пропадёт.
confirm-leave = Выйти из урока? Ответы пропадут.
welcome-title = Ломайте
welcome-note = любая клавиша закроет
help-title = Помощь: / ищет
palette-title = : все действия
themes-title = Темы
lessons-title = Уроки
details-title = Узел { $node }
details-lives = жизней
details-in-flight = в работе
details-queue = очередь
details-taken = принято
details-held = ждёт его
large-leader = лидер
large-term = терм
large-rate = заявок в секунду
too-small = нужно { $columns }x{ $rows }, есть { $width }x{ $height }
count-records = { $n ->
    [one] { $n } запись
    [few] { $n } записи
   *[many] { $n } записей
 }
note-recording = запись
note-playing = воспроизводится запись
lag-now = сейчас
lag-none = { $n ->
    [0] никто не отстаёт
    [one] в пути не больше { $n } записи
   *[other] в пути не больше { $n } записей
}
lag-unknown = лидера нет: ничего не измерено
lag-worst = { $n ->
    [one] { $node } отстал на { $n } запись, { $age }
    [few] { $node } отстал на { $n } записи, { $age }
   *[other] { $node } отстал на { $n } записей, { $age }
}
progress-probe = ПРОБА
progress-replicate = ПОТОК
progress-snapshot = СНИМОК
progress-open = в пути { $n }
failover-heard = последний пульс за { $before }
failover-phase = фаза
failover-this = сейчас
failover-median = медиана
failover-worst = худший
failover-total = сбой — ответ
welcome-kill = убивает лидера: смотрите на первую строку
welcome-recover = поднимает мёртвый узел
welcome-pause = останавливает время
welcome-help = все клавиши
welcome-lesson = к урокам
list-scenarios = Сценарии
list-lessons = Уроки
state-gone = УШЁЛ
screen-data = Данные
panel-matrix = Разделы { $p } × узлы { $n }, копий { $factor }
panel-division = Насколько ровно поделено
panel-moves = Переезды
panel-workers = Балансировщик
panel-feeds = Котировки на узлах
note-matrix = P другая группа
matrix-more-columns = ещё разделов { $p } (P)
matrix-more-rows = ещё узлов { $n } (jk)
matrix-more = ещё узлов { $n } (jk) разделов { $p } (P)
workers-more = { $strategy }, ещё { $n } (jk)
matrix-copies-all = у каждого раздела все копии: { $factor }
matrix-copies-few = { $factor ->
    [one] без единственной копии { $n } из { $all }
   *[other] копий меньше { $factor } у { $n } из { $all }, худшее { $least }
}
matrix-stopped = БЕЗ ЛИДЕРА
matrix-symbols = { $n ->
    [one] { $n } бумага
    [few] { $n } бумаги
   *[many] { $n } бумаг
 }
matrix-leader = ведёт
matrix-follower = ведомый
matrix-learner = учится
matrix-joint = входит/выходит
matrix-old = старая копия
matrix-none = нет
division-symbols = бумаги
division-trades = сделки
division-resting = в книгах
division-rate = заявок/с
division-hot = { $symbol } горячая ({ $n } %)
division-hot-p99 = её p99 { $time }
division-cold-p99 = прочие в { $group } { $time }
division-alone = одна в { $group }
division-busy = { $node } занят на { $n } %
division-whole = одну бумагу не разделить
spread-total = всего
spread-min = мин.
spread-mean = средн.
spread-max = макс.
spread-ratio = макс/мин
spread-deviation = откл.
spread-variation = к.вар.
strategy-theory = теория
worker-full = занято
worker-open = в пути
worker-p50 = p50
worker-p99 = p99
worker-share = доля
worker-refused = отказы
worker-out = ВНЕ
worker-drains = СЛИВ
worker-drained = СЛИТ
workers-imbalance = перекос
workers-imbalance-total = за всё время
workers-queued = очередь
workers-aged = по возрасту
workers-moved = переехало бумаг
workers-moved-left = ушёл { $node }
workers-moved-came = пришёл { $node }
class-emergency = срочные
class-vip = VIP
class-normal = обычные
class-bulk = массовые
feeds-rate = тиков/с
feeds-queue = очередь
feeds-credits = кредиты
feeds-shed = сброс
feeds-symbols = бумаги
feeds-asked = просят/с
feeds-held = придержано
feeds-given-up = пропало
feeds-none = тиков ещё нет: I шлёт залп, :ticks N поток
moves-none = бумаги и копии не переезжают
strategy-note = сколько переедет: +1 ещё раздел, смена стратегии
strategy-names = имён { $n }
strategy-trades = сделок { $n }
strategy-shape = { " " }по разделам
worker-queue = { "  " }С   В   О   М
worker-rate = в сек.
strategy-switch = смена
matrix-share = работа
strategy-grow = +1
note-moves = m переселить бумагу
moves-moved = переехало
moves-under-way = в пути
moves-planned = ждут
moves-held = заявок держат
moves-refused = отказано
store-kept = сделок по номеру
store-away = не на месте
store-moved = переехало
store-twice = в двух местах
store-nowhere = нигде
store-forgotten = забыто
stage-planned = в плане
stage-begun = начат
stage-shipping = ВЕЗУТ
stage-owned = ПРИНЯТ
stage-mapped = на карте
stage-learns = учится { $n }
stage-votes = голосует
stage-hands-over = передаёт
panel-consistency = Реплики { $group }
note-consistency = P другая группа
consistency-node = #
consistency-role = роль
consistency-version = версия
consistency-behind = сзади
consistency-age = уже
consistency-digest = дайджест
consistency-says = состояние
consistency-equal = РАВНА
consistency-follows = следует
consistency-late = ОТСТАЁТ
consistency-differs = ДРУГАЯ
consistency-gap = РАЗРЫВ
consistency-gap-at = РАЗРЫВ НА { $version }
consistency-down = мертва
status-stalled = ПРОСТОЙ { $group }: { $why }
status-capacity-search = ПОИСК ПРЕДЕЛА { $n }/с
status-overload = ПЕРЕГРУЗКА { $n }/с отказов
status-admission-off = ДОПУСК ВЫКЛ
flow-not-sent = не отправлено
flow-capacity = предел
flow-overloaded = перегрузка
flow-missing = попыток без реплики
flow-denied = сверх бюджета
flow-pace = применяет
flow-expired = просрочено
status-overload-admission-off = ДОПУСК ВЫКЛЮЧЕН: { $n }/с не вошло в полные очереди
status-answered = отвечено { $acked } из { $sent }/с
status-answered-bare = { $acked } из { $sent }/с
status-answered-short = { $acked }/с
status-ack = подтв.
status-unanswered = БЕЗ ОТВЕТА { $n }/с
status-unanswered-admission-off = ДОПУСК ВЫКЛЮЧЕН: { $n }/с без ответа
stall-all = { $of ->
    [one] нужен единственный голосующий
   *[other] нужны все { $of }
}
stall-some = нужны { $must } из { $of }
absence-dead = { $n ->
    [one] { $nodes } мёртв
   *[other] { $nodes } мертвы
}
absence-frozen = { $n ->
    [one] { $nodes } замер
   *[other] { $nodes } замерли
}
absence-cut-off = { $n ->
    [one] { $nodes } отрезан
   *[other] { $nodes } отрезаны
}
absence-silent = { $n ->
    [one] { $nodes } не отвечает
   *[other] { $nodes } не отвечают
}
absence-late = { $n ->
    [one] { $nodes } ещё не записал
   *[other] { $nodes } ещё не записали
}
ledger-rejected = отказано
ledger-waiting = ждут
lamp-answered = на заявки отвечают
lamp-not-answered = заявки без ответа
lamp-partly-answered = часть заявок без ответа
status-no-gateway = НИ ОДИН ШЛЮЗ НЕ БЕРЁТ ЗАЯВОК
failover-overlap = { $early } раньше, чем { $late }
