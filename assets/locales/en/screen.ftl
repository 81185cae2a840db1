unit-ms = ms
unit-s = s
count-records = { $n ->
    [one] { $n } record
   *[other] { $n } records
 }
