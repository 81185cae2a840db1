unit-ms = мс
unit-s = с
count-records = { $n ->
    [one] { $n } запись
    [few] { $n } записи
   *[many] { $n } записей
 }
