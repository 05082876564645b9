-- What the other files say more than once. A field arrives as JSON text: text begins with a quote, and a number with
-- a digit or a minus sign, so that one comparison of texts finds it.

CREATE MACRO unquoted(x) AS CASE WHEN contains(x, chr(92)) THEN x ->> '$' ELSE x[2:-2] END;

-- An instant in UTC; a text with another offset is taken for none.
CREATE MACRO instant(x) AS CASE WHEN ends_with(x, 'Z"') THEN try_cast(x[2:-2] AS TIMESTAMPTZ) END;

CREATE MACRO text_problem(x, longest) AS CASE
    WHEN NOT starts_with(x, '"') THEN 'wrong_type'
    WHEN strlen(x) > longest + 2 AND length(unquoted(x)) > longest THEN 'out_of_range'
END;

CREATE MACRO identifier_problem(x) AS coalesce(text_problem(x, 64), CASE WHEN x = '""' THEN 'out_of_range' END);

CREATE MACRO number_problem(x, low, high) AS CASE
    WHEN x < '-' OR x >= ':' THEN 'wrong_type'
    WHEN try_cast(x AS DOUBLE) NOT BETWEEN low AND high THEN 'out_of_range'
END;

CREATE MACRO whole_number_problem(x, low, high) AS
    coalesce(CASE WHEN contains(x, '.') THEN 'wrong_type' END, number_problem(x, low, high));

CREATE MACRO instant_problem(x) AS CASE WHEN x IS NOT NULL AND instant(x) IS NULL THEN 'wrong_type' END;

CREATE MACRO choice_problem(x, choices) AS CASE
    WHEN NOT starts_with(x, '"') THEN 'wrong_type'
    WHEN NOT list_contains(choices, x[2:-2]) THEN 'out_of_range'
END;

-- Of fields that are required and null: whether one is not there at all. `names` are those that are there.
CREATE MACRO absence(names, required) AS
    CASE WHEN list_has_all(names, required) THEN 'wrong_type' ELSE 'missing_field' END;

-- HMAC-SHA256 (RFC 2104) over tenant, kind and value; the pads are the key with its two constants.
CREATE MACRO token(tenant_id, kind, x) AS
    'tok_' || kind || '_' || getvariable('key_id') || '_' || sha256(
        getvariable('outer_pad') || unhex(sha256(
            getvariable('inner_pad') || encode(coalesce(tenant_id, '') || chr(31) || kind || chr(31) || unquoted(x))
        ))
    )[:32];
