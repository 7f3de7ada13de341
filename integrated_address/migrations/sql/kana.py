"""The key by which kana are compared, in SQL so that masses get it without a round trip."""

from django.db import migrations

# The same as `sapporo_base.rules.kana.kana_key`. Hiragana and old kana first, then voiced marks, long marks
# and spaces fall away.
KANA_KEY = migrations.RunSQL(
    r"""
CREATE FUNCTION integrated_address_kana_key(kana text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT upper(translate(
    normalize(
        translate(
            -- translate() goes through its whole list for every character: only where there is hiragana.
            CASE WHEN normalize(kana, NFKC) ~ U&'[\3041-\3096]' THEN translate(normalize(kana, NFKC),
                U&'\3041\3042\3043\3044\3045\3046\3047\3048\3049\304A\304B\304C\304D\304E\304F\3050\3051\3052\3053\3054\3055\3056\3057\3058\3059\305A\305B\305C\305D\305E\305F\3060\3061\3062\3063\3064\3065\3066\3067\3068\3069\306A\306B\306C\306D\306E\306F\3070\3071\3072\3073\3074\3075\3076\3077\3078\3079\307A\307B\307C\307D\307E\307F\3080\3081\3082\3083\3084\3085\3086\3087\3088\3089\308A\308B\308C\308D\308E\308F\3090\3091\3092\3093\3094\3095\3096',
                U&'\30A1\30A2\30A3\30A4\30A5\30A6\30A7\30A8\30A9\30AA\30AB\30AC\30AD\30AE\30AF\30B0\30B1\30B2\30B3\30B4\30B5\30B6\30B7\30B8\30B9\30BA\30BB\30BC\30BD\30BE\30BF\30C0\30C1\30C2\30C3\30C4\30C5\30C6\30C7\30C8\30C9\30CA\30CB\30CC\30CD\30CE\30CF\30D0\30D1\30D2\30D3\30D4\30D5\30D6\30D7\30D8\30D9\30DA\30DB\30DC\30DD\30DE\30DF\30E0\30E1\30E2\30E3\30E4\30E5\30E6\30E7\30E8\30E9\30EA\30EB\30EC\30ED\30EE\30EF\30F0\30F1\30F2\30F3\30F4\30F5\30F6'
            ) ELSE normalize(kana, NFKC) END,
            U&'\30F0\30F1\30F2\30F8\30F9\30FA\30C2\30C5',
            U&'\30A4\30A8\30AA\30A4\30A8\30AA\30B8\30BA'
        ),
        NFD
    ),
    U&'\30A1\30A3\30A5\30A7\30A9\30C3\30E3\30E5\30E7\30EE\30F5\30F6\30FC\002D\2010\2011\2012\2013\2014\2015\2212\FF70\FF0D\007E\301C\FF5E\0020\3000\30FB\FF65\002E\002C\0027\2019\0028\0029\FF08\FF09\005B\005D\300C\300D\3099\309A\309B\309C',
    U&'\30A2\30A4\30A6\30A8\30AA\30C4\30E4\30E6\30E8\30EF\30AB\30B1'
))
$$;
""",
    "DROP FUNCTION integrated_address_kana_key(text);",
)

# The keys of masses come with them; of others a trigger makes them.
KEYS_COME_WITH_THEIR_PEOPLE = migrations.RunSQL(
    """
CREATE FUNCTION integrated_address_make_kana_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.kana_key := integrated_address_kana_key(NEW.name_kana);
    RETURN NEW;
END $$;
CREATE TRIGGER kana_keys_are_made BEFORE INSERT ON integrated_address_basicitems
    FOR EACH ROW WHEN (NEW.kana_key = '' AND NEW.name_kana <> '')
    EXECUTE FUNCTION integrated_address_make_kana_key();
""",
    """
DROP TRIGGER kana_keys_are_made ON integrated_address_basicitems;
DROP FUNCTION integrated_address_make_kana_key();
""",
)
