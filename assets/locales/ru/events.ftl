# Слово для каждого вида события (не длиннее 9 букв, для списка) и предложение с его числами.

word-started = ЗАПУСК
word-crashed = УБИТ
word-recovered = ПОДНЯТ
word-caught-up = ДОГНАЛ
word-frozen = ЗАМЕР
word-thawed = ОЖИЛ
word-halted = ПАНИКА
word-disk = ДИСК
word-cut = ОБРЫВ
word-healed = СВЯЗЬ
word-isolated = ОТРЕЗАН
word-muted = НЕ СЛЫШЕН
word-rejoined = НА СВЯЗИ
word-all-healed = СВЯЗЬ
word-believes = СЧИТАЕТ
word-timed-out = ТАЙМАУТ
word-stands = КАНДИДАТ
word-voted = ГОЛОС
word-vote-refused = ОТКАЗ
word-elected = ИЗБРАН
word-stepped-down = УШЁЛ
word-first-commit = ФИКСАЦИЯ
word-first-answer = ОТВЕТ
word-transfer = ПЕРЕДАЧА
word-transfer-failed = НЕ ОТДАН
word-truncated = СРЕЗ
word-snapshot-sent = СНИМОК
word-snapshot-installed = СНИМОК
word-snapshot-taken = СНИМОК
word-rotation = РОТАЦИЯ
word-burst = ВСПЛЕСК
word-burst-ended = ВСПЛЕСК:
word-draining = ВЫВОД
word-drained = ВЫВЕДЕН
word-overloaded = ПЕРЕГРУЗ
word-ack = ПОДТВЕРЖД
word-rule = ПРАВИЛО
word-strategy = БАЛАНСИР
word-load = НАГРУЗКА
word-reads = ЧТЕНИЕ
word-refused = НЕЛЬЗЯ
word-rolling = ПО КРУГУ
word-violated = НАРУШЕНО
word-lost = ПОТЕРЯНО

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
event-timed-out = { $node } спрашивает, мог бы он победить в терме { $term }: лидера не слышно { $silent }, таймер был { $timeout }
event-timed-out-first = { $node } спрашивает, мог бы он победить в терме { $term }: лидера не слышно { $silent }, его таймер { $timeout } был самым коротким
event-timed-out-stands = { $node } больше не ждёт лидера: его не слышно { $silent }, таймер был { $timeout }
event-stands = { $node } выдвигается в терме { $term } и голосует за себя
event-stands-silent = { $node } выдвигается в терме { $term }: нет пульса { $silent }, его таймер был самым коротким
event-stands-forced = { $node } выдвигается в терме { $term }, потому что так велели
event-voted = { $node } отдаёт { $candidate } свой единственный голос терма { $term }
event-vote-refused = { $node } отказывает { $candidate } в голосе терма { $term }: { $why }
event-pre-vote-refused = { $node } отвечает { $candidate }, что терм { $term } тот не выиграл бы: { $why }
event-elected = { $node } лидер в терме { $term }: голосов { $votes } из { $voters } ({ $who })
event-stepped-down-term = { $node } больше не лидер: встретил терм { $higher }, а его был { $term }
event-stepped-down-quorum = { $node } больше не лидер: за таймаут выборов не слышал большинства
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
event-draining = балансировщик больше не шлёт заявок на { $node }; тот доделывает начатое
event-draining-over = балансировщик снова шлёт заявки на { $node }
event-drained = { $node } доделал начатое и новых заявок не получает
event-overloaded-balancer = все шлюзы и очередь балансировщика полны; новым отказ
event-overloaded-gateway = шлюз { $node } полон и отказывает
event-overloaded-proposals = у { $node } ждёт столько записей, сколько он берёт; новым отказ
event-overloaded-link = связь { $node } полна и теряет сообщения
event-overloaded-held = для замершего { $node } больше не копят сообщений
event-ack-leader = теперь заявку подтверждает один лидер: быстро, но авария может её потерять
event-ack-majority = теперь заявку подтверждает большинство
event-ack-all = теперь заявку подтверждают все: один мёртвый останавливает ответы
event-ack-count = теперь нужно подтверждений: { $n }
event-rule-on = правило { $rule } снова действует
event-rule-off = правило { $rule } выключено: увидим, для чего оно было
event-strategy = балансировщик выбирает по правилу { $strategy }
event-load-on = теперь запросов в секунду: { $n }
event-load-off = нагрузка выключена
event-reads-leader = на запросы теперь отвечают лидеры
event-reads-replica = на запросы теперь отвечает ближайшая реплика, возможно с опозданием
event-refused = не сделано: { $control }; { $why }
event-rolling = перезапуск по кругу начался: узел за узлом
event-rolling-done = перезапуск по кругу закончен
event-violated = обещание «{ $invariant }» нарушено: { $detail }
event-lost = { $n ->
    [one] { $n } подтверждённая заявка потеряна навсегда
    [few] { $n } подтверждённые заявки потеряны навсегда
   *[many] { $n } подтверждённых заявок потеряно навсегда
 }

somebody = кто-то
