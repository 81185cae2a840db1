# Слова, которые набирают в командах, с пояснением для класса: сами слова остаются как есть.
rule-said = { $rule ->
    [pre_vote] pre_vote (сначала спросить, потом выдвигаться)
    [check_quorum] check_quorum (лидер без большинства уходит)
    [log_freshness] log_freshness (голос только за не менее полный журнал)
    [one_vote_per_term] one_vote_per_term (один голос за терм)
    [commit_only_own_term] commit_only_own_term (фиксировать только записи своего терма)
    [persist_before_ack] persist_before_ack (сначала на диск, потом ответ)
    [lease_reads] lease_reads (чтение по аренде лидера)
    [joint_consensus] joint_consensus (состав меняют через общее большинство)
   *[other] { $rule }
}
strategy-said = { $strategy ->
    [round-robin] round-robin (по очереди)
    [least-connections] least-connections (у кого меньше запросов в работе)
    [free-capacity] free-capacity (у кого больше свободного места)
    [lowest-latency] lowest-latency (кто отвечает быстрее)
    [symbol-hash] symbol-hash (по хешу бумаги на кольце)
    [symbol-modulo] symbol-modulo (по хешу бумаги, по модулю)
    [two-choices] two-choices (лучший из двух случайных)
   *[other] { $strategy }
}
division-said = { $strategy ->
    [hash] hash (по хешу)
    [modulo] modulo (хеш по модулю)
    [range] range (по диапазонам)
    [list] list (по списку)
    [consistent-hash] consistent-hash (по кольцу хешей)
   *[other] { $strategy }
}
overload-said = { $rule ->
    [slow] slow (источник замедляется)
    [shed-oldest] shed-oldest (вытеснять старые)
    [shed-newest] shed-newest (не брать новые)
   *[other] { $rule }
}
