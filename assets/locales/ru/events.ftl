# Слово для каждого вида события (не длиннее 9 букв, для списка) и предложение с его числами.

word-node-started = ЗАПУСК
    .moment = узел запущен
word-node-crashed = УПАЛ
    .moment = узел упал
word-node-recovered = ПОДНЯТ
    .moment = узел поднят
word-caught-up = ДОГНАЛ
    .moment = узел догнал остальных
word-node-frozen = ЗАМЕР
    .moment = узел замер
word-node-thawed = ОЖИЛ
    .moment = узел очнулся
word-node-halted = ПАНИКА
    .moment = узел остановлен
word-disk-slow = ДИСК
    .moment = диск замедлен
word-disk-restored = ДИСК
    .moment = диск снова быстр
word-rolling-restart-began = ПО КРУГУ
    .moment = перезапуск по очереди начат
word-rolling-restart-done = ПО КРУГУ
    .moment = перезапуск по очереди закончен
word-rolling-restart-stopped = ПО КРУГУ
    .moment = перезапуск остановлен
word-link-cut = ОБРЫВ
    .moment = связь оборвана
word-link-healed = СВЯЗЬ
    .moment = связь восстановлена
word-node-isolated = ОТРЕЗАН
    .moment = узел отрезан
word-node-muted = НЕ СЛЫШЕН
    .moment = узел не слышен
word-node-rejoined = НА СВЯЗИ
    .moment = узел снова на связи
word-links-healed = СВЯЗЬ
    .moment = все связи восстановлены
word-peer-healthy = ЗДОРОВ
    .moment = узел считают здоровым
word-peer-degraded = ОТСТАЁТ
    .moment = узел считают опаздывающим
word-peer-failed = ОТКАЗ
    .moment = узел считают отказавшим
word-election-timeout = ТАЙМАУТ
    .moment = таймер выборов истёк
word-candidate-stands = КАНДИДАТ
    .moment = узел выдвигается
word-vote-granted = ГОЛОС
    .moment = голос отдан
word-vote-refused = ОТКАЗ
    .moment = в голосе отказано
word-leader-elected = ИЗБРАН
    .moment = лидер избран
word-leader-stepped-down = УШЁЛ
    .moment = лидер сложил полномочия
word-first-commit = ФИКСАЦИЯ
    .moment = первая фиксация
word-first-answer = ОТВЕТ
    .moment = первый ответ
word-transfer-began = ПЕРЕДАЧА
    .moment = передача лидерства начата
word-transfer-failed = НЕ ОТДАН
    .moment = передача не удалась
word-config-appended = СОСТАВ
    .moment = новый состав записан
word-config-committed = СОСТАВ
    .moment = новый состав зафиксирован
word-config-reverted = СОСТАВ
    .moment = состав возвращён к прежнему
word-config-refused = НЕТ СМЕНЫ
    .moment = смена состава отклонена
word-learner-ready = УЧЕНИК
    .moment = ученик догнал журнал
word-node-joined = В СТРОЮ
    .moment = узел вошёл в кластер
word-node-leaving = УХОДИТ
    .moment = узел уходит
word-node-left = УШЁЛ
    .moment = узел вышел из кластера
word-replica-placed = ПЕРЕНОС
    .moment = реплика переезжает
word-replica-retired = СПИСАНА
    .moment = реплика списана
word-rebalanced = БАЛАНС
    .moment = группы на местах
word-tail-truncated = СРЕЗ
    .moment = хвост журнала отрезан
word-snapshot-sent = СНИМОК
    .moment = снимок послан
word-snapshot-installed = СНИМОК
    .moment = снимок принят
word-snapshot-taken = СНИМОК
    .moment = снимок сделан
word-gap-found = РАЗРЫВ
    .moment = замечен разрыв версий
word-rebuilt = ЗАНОВО
    .moment = состояние восстановлено с диска
word-invariant-violated = НАРУШЕНО
    .moment = инвариант нарушен
word-orders-lost = ПОТЕРЯНО
    .moment = заявки потеряны
word-ack-changed = ПОДТВЕРЖД
    .moment = правило подтверждения изменено
word-rule-switched = ПРАВИЛО
    .moment = правило переключено
word-strategy-changed = БАЛАНСИР
    .moment = стратегия балансировщика изменена
word-load-changed = НАГРУЗКА
    .moment = нагрузка изменена
word-load-skewed = НАГРУЗКА
    .moment = перекос нагрузки изменён
word-load-hot = НАГРУЗКА
    .moment = горячий инструмент изменён
word-reads-moved = ЧТЕНИЕ
    .moment = чтение перенесено
word-ticks-changed = КОТИРОВКИ
    .moment = частота котировок изменена
word-tick-overflow-changed = ПЕРЕПОЛН
    .moment = правило переполнения котировок изменено
word-signals-switched = СИГНАЛЫ
    .moment = сигналы переключены
word-setting-changed = ИЗМЕНЕНО
    .moment = настройка изменена
word-control-refused = НЕЛЬЗЯ
    .moment = действие отклонено
word-admission-switched = ДОПУСК
    .moment = контроль допуска переключён
word-group-stalled = ПРОСТОЙ
    .moment = группа стоит
word-group-resumed = ПРОСТОЙ:
    .moment = группа снова принимает заявки
word-capacity-search-began = ПРЕДЕЛ
    .moment = поиск предела начат
word-capacity-tried = ПРЕДЕЛ
    .moment = нагрузка испытана
word-capacity-found = ПРЕДЕЛ
    .moment = предел найден
word-capacity-search-ended = ПРЕДЕЛ
    .moment = поиск предела окончен без числа
word-feed-opened = ФАЙЛ
    .moment = файл заявок открыт
word-feed-wrong = ФАЙЛ
    .moment = в файле заявок ошибка
word-feed-bent = ФАЙЛ
    .moment = цены файла не умещаются в книгу
word-feed-ended = ФАЙЛ
    .moment = файл заявок кончился
word-trades-read = СДЕЛКИ
    .moment = сделки прочитаны
word-trades-damaged = СДЕЛКИ
    .moment = архив сделок повреждён
word-trade-found = СДЕЛКИ
    .moment = сделка найдена
word-rotation-out = РОТАЦИЯ
    .moment = шлюз вне ротации
word-rotation-back = РОТАЦИЯ
    .moment = шлюз снова в ротации
word-worker-draining = ВЫВОД
    .moment = шлюз выводится
word-worker-undrained = ВЫВОД
    .moment = шлюз возвращён
word-worker-drained = ВЫВЕДЕН
    .moment = шлюз закончил начатое
word-burst-began = ВСПЛЕСК
    .moment = всплеск начался
word-burst-ended = ВСПЛЕСК:
    .moment = всплеск закончился
word-symbol-assigned = НАЗНАЧЕН
    .moment = инструмент назначен узлу
word-tick-burst-began = КОТИРОВКИ
    .moment = всплеск котировок начался
word-moves-planned = ПЛАН
    .moment = переезды запланированы
word-symbol-frozen = ЗАМЁРЗ
    .moment = инструмент заморожен
word-symbol-moved = ПЕРЕЕЗД
    .moment = инструмент переехал
word-moves-done = УЛЕГЛОСЬ
    .moment = переезды окончены
word-venue-opened = ПЛОЩАДКА
    .moment = площадка открылась
word-venue-closed = ПЛОЩАДКА
    .moment = площадка закрылась
word-venue-drained = ПЛОЩАДКА
    .moment = площадка опустела
word-overloaded = ПЕРЕГРУЗ
    .moment = перегрузка: лишнее отклоняется
word-queue-full = ПОЛНА
    .moment = очередь полна

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
event-burst-ended = всплеск прошёл, заявок { $n }; не подтверждено: { $failed }
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
event-rolling-restart-stopped = перезапуск по одному остановлен: { $node } не догнал
event-feed-opened = { $n ->
    [one] идёт файл: { $n } строка
    [few] идёт файл: { $n } строки
   *[other] идёт файл: { $n } строк
 }
event-feed-wrong = строка { $n } файла неверна: играется только то, что до неё
event-feed-bent = { $n ->
    [one] { $n } цена файла не умещается в книгу: взята ближайшая возможная
    [few] { $n } цены файла не умещаются в книгу: взяты ближайшие возможные
   *[other] { $n } цен файла не умещаются в книгу: взяты ближайшие возможные
 }
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
