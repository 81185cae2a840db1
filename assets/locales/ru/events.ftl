# Слово для каждого вида события (не длиннее 9 букв, для списка) и предложение с его числами.

word-node-started = ЗАПУСК
word-node-crashed = УПАЛ
word-node-recovered = ПОДНЯТ
word-caught-up = ДОГНАЛ
word-node-frozen = ЗАМЕР
word-node-thawed = ОЖИЛ
word-node-halted = ПАНИКА
word-disk-slow = ДИСК
word-disk-restored = ДИСК
word-rolling-restart-began = ПО КРУГУ
word-rolling-restart-done = ПО КРУГУ
word-link-cut = ОБРЫВ
word-link-healed = СВЯЗЬ
word-node-isolated = ОТРЕЗАН
word-node-muted = НЕ СЛЫШЕН
word-node-rejoined = НА СВЯЗИ
word-links-healed = СВЯЗЬ
word-peer-healthy = ЗДОРОВ
word-peer-degraded = ОТСТАЁТ
word-peer-failed = ОТКАЗ
word-election-timeout = ТАЙМАУТ
word-candidate-stands = КАНДИДАТ
word-vote-granted = ГОЛОС
word-vote-refused = ОТКАЗ
word-leader-elected = ИЗБРАН
word-leader-stepped-down = УШЁЛ
word-first-commit = ФИКСАЦИЯ
word-first-answer = ОТВЕТ
word-transfer-began = ПЕРЕДАЧА
word-transfer-failed = НЕ ОТДАН
word-config-appended = СОСТАВ
word-config-committed = СОСТАВ
word-config-reverted = СОСТАВ
word-config-refused = НЕТ СМЕНЫ
word-learner-ready = УЧЕНИК
word-node-joined = В СТРОЮ
word-node-leaving = УХОДИТ
word-node-left = УШЁЛ
word-replica-placed = ПЕРЕНОС
word-replica-retired = СПИСАНА
word-rebalanced = БАЛАНС
word-tail-truncated = СРЕЗ
word-snapshot-sent = СНИМОК
word-snapshot-installed = СНИМОК
word-snapshot-taken = СНИМОК
word-gap-found = РАЗРЫВ
word-rebuilt = ЗАНОВО
word-invariant-violated = НАРУШЕНО
word-orders-lost = ПОТЕРЯНО
word-ack-changed = ПОДТВЕРЖД
word-rule-switched = ПРАВИЛО
word-strategy-changed = БАЛАНСИР
word-load-changed = НАГРУЗКА
word-load-skewed = НАГРУЗКА
word-load-hot = НАГРУЗКА
word-reads-moved = ЧТЕНИЕ
word-ticks-changed = КОТИРОВКИ
word-tick-overflow-changed = ПЕРЕПОЛН
word-signals-switched = СИГНАЛЫ
word-setting-changed = ИЗМЕНЕНО
word-control-refused = НЕЛЬЗЯ
word-admission-switched = ДОПУСК
word-group-stalled = ПРОСТОЙ
word-group-resumed = ПРОСТОЙ:
word-capacity-search-began = ПРЕДЕЛ
word-capacity-tried = ПРЕДЕЛ
word-capacity-found = ПРЕДЕЛ
word-capacity-search-ended = ПРЕДЕЛ
word-feed-opened = ФАЙЛ
word-feed-wrong = ФАЙЛ
word-feed-ended = ФАЙЛ
word-trades-read = СДЕЛКИ
word-trades-damaged = СДЕЛКИ
word-trade-found = СДЕЛКИ
word-rotation-out = РОТАЦИЯ
word-rotation-back = РОТАЦИЯ
word-worker-draining = ВЫВОД
word-worker-undrained = ВЫВОД
word-worker-drained = ВЫВЕДЕН
word-burst-began = ВСПЛЕСК
word-burst-ended = ВСПЛЕСК:
word-symbol-assigned = НАЗНАЧЕН
word-tick-burst-began = КОТИРОВКИ
word-moves-planned = ПЛАН
word-symbol-frozen = ЗАМЁРЗ
word-symbol-moved = ПЕРЕЕЗД
word-moves-done = УЛЕГЛОСЬ
word-venue-opened = ПЛОЩАДКА
word-venue-closed = ПЛОЩАДКА
word-venue-drained = ПЛОЩАДКА
word-overloaded = ПЕРЕГРУЗ
word-queue-full = ПОЛНА

event-started = { $node } запускается, на диске { count-records }
event-crashed = { $node } мёртв: { $n ->
    [0] записи на диск ничто не ждало
    [one] { $n } запись не успела на диск и забыта
    [few] { $n } записи не успели на диск и забыты
   *[many] { $n } записей не успели на диск и забыты
 }
event-recovered = { $node } поднят со своего диска, отстаёт на { $n ->
    [one] { $n } запись
    [few] { $n } записи
   *[many] { $n } записей
 }
event-caught-up = { $node } знает всё зафиксированное: { $n ->
    [one] { $n } запись получена
    [few] { $n } записи получены
   *[many] { $n } записей получено
 } за { $after }
event-frozen = { $node } замер: он не мёртв, он просто не отвечает
event-thawed = { $node } идёт дальше после { $after }; { $n ->
    [one] его ждало { $n } сообщение
    [few] его ждали { $n } сообщения
   *[many] его ждали { $n } сообщений
 }
event-halted = { $node } запаниковал и остановлен: { $message }
event-disk-slow = диск { $node } стал медленным: его fsync задерживает всё, что должно сначала лечь на диск
event-disk-fast = диск { $node } снова быстрый
event-cut = от { $node } к { $to } больше ничего не проходит
event-healed = от { $node } к { $to } сообщения снова проходят
event-isolated = { $node } отрезан: он никого не слышит, и его никто
event-muted = { $node } больше не слышат, но сам он слышит других
event-rejoined = { $node } снова слышит и слышен
event-all-healed = все связи снова работают
event-believes-healthy = { $node } считает { $peer } здоровым: пульс вернулся
event-believes-degraded = { $node } считает { $peer } медленным: нет пульса уже { $silent }
event-believes-failed = { $node } считает { $peer } погибшим: нет пульса уже { $silent }
event-repeated = { $n ->
    [one] и ещё { $n } раз
    [few] и ещё { $n } раза
   *[other] и ещё { $n } раз
}
event-timed-out = { $node } спрашивает, мог бы он победить в терме { $term }: лидера не слышно { $silent }, таймер был { $timeout }
event-timed-out-first = { $node } спрашивает, мог бы он победить в терме { $term }: лидера не слышно { $silent }, его таймер { $timeout } был самым коротким
event-timed-out-stands = { $node } больше не ждёт лидера: его не слышно { $silent }, таймер был { $timeout }
event-stands = { $node } выдвигается в терме { $term } и голосует за себя
event-stands-silent = { $node } выдвигается в терме { $term }: нет пульса { $silent }, его таймер был самым коротким
event-stands-forced = { $node } выдвигается в терме { $term }, потому что так велели
event-voted = { $node } голосует за { $candidate } в терме { $term }
event-vote-refused = { $node } отказывает { $candidate } в голосе терма { $term }: { $why }
event-pre-vote-refused = { $node } отвечает { $candidate }, что терм { $term } тот не выиграл бы: { $why }
event-elected = { $node } лидер в терме { $term }: голосов { $votes } из { $voters } ({ $who })
event-stepped-down-term = { $node } больше не лидер: встретил терм { $higher }, а его был { $term }
event-stepped-down-quorum = { $node } больше не лидер: за таймаут выборов не слышал большинства
event-stepped-down-removed = { $node } больше не лидер: в новом составе у него нет голоса
event-config = { $node } меняет состав группы: голосуют { $voters }
event-config-learners = { $node } меняет состав группы: голосуют { $voters }, учатся { $learners }
event-config-joint = { $node } начинает смену голосующих: пока она не зафиксирована, нужны большинство из { $outgoing } и большинство из { $voters }
event-config-committed = { $node } фиксирует состав: голосуют { $voters }
event-config-committed-joint = { $node } фиксирует совместный состав: он есть у обоих большинств, прежние голосующие могут уйти
event-config-reverted = { $node } отменяет смену состава, она срезана из журнала: голосуют { $voters }
event-config-refused = { $node } не меняет состав группы: { $why }
event-learner-ready = { $learner } поспевает за журналом { $node }: ему можно дать голос
event-first-commit = { $node } фиксирует запись { $index }, первую в терме { $term }: группа снова работает
event-first-answer = клиент снова получил ответ, от терма { $term }
event-transfer = { $node } передаёт лидерство узлу { $to }
event-transfer-failed = { $node } остаётся лидером, { $to } не смог принять: { $why }
event-truncated = { $node } срезает { $n ->
    [one] { $n } запись
    [few] { $n } записи
   *[many] { $n } записей
 } начиная с { $index }: они противоречат лидеру
event-snapshot-sent = { $node } шлёт { $to } снимок до { $index }: журнал слишком короток
event-snapshot-installed = { $node } принял снимок до { $index }
event-snapshot-taken = { $node } сделал снимок до { $index }
event-rotation-out = балансировщик обходит { $node }
event-rotation-back = балансировщик снова шлёт заявки на { $node }
event-burst = { $n ->
    [one] { $n } заявка
    [few] { $n } заявки
   *[many] { $n } заявок
 } сверх нагрузки
event-burst-ended = всплеск прошёл, заявок { $n }; отказано или неизвестно: { $failed }
event-overloaded-ticks = у { $node } ждёт столько котировок, сколько он берёт; лишние отброшены
event-assigned = { $symbol } ни у кого не было: котировки идут на { $node }
event-assigned-anew = котировки { $symbol } идут теперь на { $node }, а не на { $from }
event-tick-burst = сверх обычного котировок: { $n }
event-ticks-on = теперь котировок в секунду: { $n }
event-ticks-off = рыночные данные выключены
event-overload-slow = лишние котировки не создаются: источник замедляется
event-overload-shed-oldest = лишние котировки вытесняют самые старые
event-overload-shed-newest = лишние котировки не принимаются
event-signals-on = теперь сигналы становятся заявками
event-signals-off = теперь сигналы только на экране
event-draining = балансировщик больше не шлёт заявок на { $node }; тот доделывает начатое
event-draining-over = балансировщик снова шлёт заявки на { $node }
event-drained = { $node } доделал начатое и новых заявок не получает
event-overloaded-balancer = все шлюзы и очередь балансировщика полны; новым отказ
event-overloaded-gateway = шлюз { $node } полон и отказывает
event-overloaded-proposals = у { $node } ждёт столько записей, сколько он берёт; новым отказ
event-overloaded-link = связь { $node } полна и теряет сообщения
event-overloaded-held = для замершего { $node } больше не копят сообщений
event-overloaded-reads = у { $node } ждёт кворума столько запросов, сколько он берёт; новым отказ
event-overloaded-clients = все сессии клиентов полны запросов без ответа: новым отказано ещё до отправки
event-ack-leader = теперь заявку подтверждает один лидер: быстро, но авария может её потерять
event-ack-majority = теперь заявку подтверждает большинство
event-ack-all = теперь заявку подтверждают все: один мёртвый останавливает ответы
event-ack-count = теперь нужно подтверждений: { $n }
event-rule-on = правило { rule-said } снова действует
event-rule-off = правило { rule-said } выключено: увидим, для чего оно было
event-strategy = балансировщик выбирает так: { strategy-said }
event-load-on = теперь запросов в секунду: { $n }
event-load-off = нагрузка выключена
event-skew = спрос на инструменты по Ципфу с показателем { $n }/1000
event-hot = теперь из ста заявок на { $symbol } приходится { $n }
event-hot-off = горячей бумаги больше нет
event-reads-leader = на запросы теперь отвечают лидеры
event-reads-replica = на запросы теперь отвечает ближайшая реплика, возможно с опозданием
event-reads-fallback = на запросы отвечают лидеры, а пока лидера нет, ближайшая реплика, которая говорит, насколько отстаёт
event-refused = не сделано: { $control }; { $why }
event-rolling = перезапуск по кругу начался: узел за узлом
event-rolling-done = перезапуск по кругу закончен
event-feed-opened = { $n ->
    [one] идёт файл: { $n } строка
    [few] идёт файл: { $n } строки
   *[other] идёт файл: { $n } строк
 }
event-feed-wrong = строка { $n } файла неверна: играется только то, что до неё
event-feed-ended = { $n ->
    [one] файл кончился: { $n } заявка
    [few] файл кончился: { $n } заявки
   *[other] файл кончился: { $n } заявок
 }
event-trades-read = { $symbol }, сделок: { $n }; окон открыто { $opened }, не открыто { $passed }, прочитано байт: { $bytes }
event-window-damaged = сделки не прочитать: окно { $window } на диске повреждено
event-trade-bought = { $id }: куплено { $n } { $symbol } по { $price }, { $at }, в { $source }; хранит { $group }, переездов: { $hops }{ $copies ->
    [one] {""}
   *[other] {", в пути"}
 }
event-trade-sold = { $id }: продано { $n } { $symbol } по { $price }, { $at }, в { $source }; хранит { $group }, переездов: { $hops }{ $copies ->
    [one] {""}
   *[other] {", в пути"}
 }
event-violated = { $invariant } нарушено: { $detail }
event-lost = { $n ->
    [one] { $n } подтверждённая заявка потеряна навсегда
    [few] { $n } подтверждённые заявки потеряны навсегда
   *[many] { $n } подтверждённых заявок потеряно навсегда
 }

somebody = кто-то
event-joined = { $node } вошёл в кластер
event-leaving = { $node } уходит: всё, что он хранит, переезжает на другие узлы
event-left = { $node } вышел из кластера и выключен
event-retired = { $node } освобождает свою реплику: группе она больше не нужна
event-placed-add = реплика появляется на { $to }: { $reason }
event-placed-remove = реплика на { $from } уходит: { $reason }
event-placed-replace = реплика переезжает с { $from } на { $to }: { $reason }
event-placed-lead = лидерство переходит от { $from } к { $to }: { $reason }
event-rebalanced = все группы там, где нужно; разница по лидерам: { $n }
event-moves-planned = { $n ->
    [0] переезжать больше нечему
    [one] переедет { $n } инструмент
    [few] переедут { $n } инструмента
   *[other] переедут { $n } инструментов
}
event-symbol-frozen = { $group } останавливает { $symbol }: он уходит в { $to }
event-symbol-moved = { $symbol } теперь принадлежит { $to }
event-moves-done = переезды окончены; всего переехало инструментов: { $n }
event-gap = { $node } встал на версии { $index }: изменение { $to } не следующее
event-rebuilt = { $node } восстановил состояние до { $index } со своего диска (записей: { $n })

## Площадки: слово и предложение
event-venue-opened = площадка { $venue } снова принимает заявки
event-venue-closed = площадка { $venue } больше не принимает заявок; то, что там стоит, будет снято
event-venue-drained = в { $group } на площадке { $venue } больше ничего нет: { $n ->
    [0] там не стояло ни одной заявки
    [one] снята { $n } заявка
    [few] сняты { $n } заявки
   *[other] снято { $n } заявок
}
event-overloaded-admission = { $node } отказывает тому, на что не успеет ответить
event-admission-on = на что не ответить в срок, тому теперь сразу отказывают
event-admission-off = допуск выключен: берут всё, успеют или нет
event-stalled = заявки отклоняют: правило подтверждения ждёт { $missing }
event-resumed = правило подтверждения снова выполнимо: заявки принимают
event-capacity-search = нагрузку повышают, чтобы найти предел
event-capacity-held = { $n } запросов в секунду: отказов нет, ответы в срок
event-capacity-not-held = { $n } запросов в секунду — слишком много
event-capacity-found = предел: { $n } запросов в секунду
event-capacity-ended = поиск предела закончился ничем
event-setting-changed = { $what }
