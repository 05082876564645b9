-- Why faults fired. Causes name devices, places, moments and messages: what is quoted, words with a digit in them and words
-- in capitals are left out of a class of causes; terms_with_underscores are not.
-- Grain:  one row for each fault, kind of firing and class of causes.
-- Keys:   fault_id, kind, cause.
-- Inputs: firing (the ledger's).
select
    fault_id,
    kind,
    regexp_replace(cause, '''[^'']*''|\b[0-9A-Za-z.:+-]*\d[0-9A-Za-z.:+-]*|\b[A-Z][A-Z_-]+\b', '…', 'g') as cause,
    count(*) as firings
from firing
group by all
order by fault_id, kind, firings desc, cause
