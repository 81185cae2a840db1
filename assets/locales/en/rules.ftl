# Words that are typed in commands; in English they explain themselves.
rule-said = { $rule }
strategy-said = { $strategy }
division-said = { $strategy }
overload-said = { $rule }
