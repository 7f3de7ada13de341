"""The items of a 住民票 as 既存住基 sends them: layout `juki_resident`, 個人番号 left out."""

from django.db import models


class RegisteredItems(models.Model):
    """
    住民票の記載事項 (住民基本台帳法第7条) and what is managed beside them. "" and NULL mean absent.

    個人番号 is no item here: it is sealed while the file is decoded, and integrated_address alone
    keeps it. A date that may be 不詳 has its flag and its words beside it.
    """

    # 異動
    event_id = models.CharField("異動ID", max_length=20)
    change_reason = models.CharField("異動事由", max_length=2)
    changed_on = models.DateField("異動年月日", null=True, blank=True)
    changed_on_unknown = models.CharField(
        "異動年月日_不詳フラグ", max_length=1, blank=True, default=""
    )
    changed_on_text = models.TextField("異動年月日_不詳表記", blank=True, default="")
    notified_on = models.DateField("届出年月日", null=True, blank=True)
    processed_on = models.DateField("処理年月日")
    processed_time = models.TimeField("処理時刻")
    resident_number = models.CharField("宛名番号", max_length=15)
    history_number = models.PositiveSmallIntegerField("履歴番号")
    household_number = models.CharField("世帯番号", max_length=15)
    resident_kind = models.CharField("住民種別", max_length=1)
    resident_status = models.CharField("住民状態", max_length=1)
    resident_record_code = models.CharField("住民票コード", max_length=11, blank=True, default="")
    name = models.TextField("氏名")
    family_name = models.TextField("氏", blank=True, default="")
    given_name = models.TextField("名", blank=True, default="")
    name_kana = models.TextField("氏名フリガナ", blank=True, default="")
    name_kana_confirmation = models.CharField(
        "氏名フリガナ確認状況", max_length=1, blank=True, default=""
    )
    former_family_name = models.TextField("旧氏", blank=True, default="")
    former_family_name_kana = models.TextField("旧氏フリガナ", blank=True, default="")
    alias = models.TextField("通称", blank=True, default="")
    alias_kana = models.TextField("通称フリガナ", blank=True, default="")
    name_roman = models.CharField("氏名ローマ字", max_length=100, blank=True, default="")
    born_on = models.DateField("生年月日", null=True, blank=True)
    born_on_unknown = models.CharField("生年月日_不詳フラグ", max_length=1, blank=True, default="")
    born_on_text = models.TextField("生年月日_不詳表記", blank=True, default="")
    sex = models.CharField("性別", max_length=1)
    relationship_1 = models.CharField("続柄コード1", max_length=2, blank=True, default="")
    relationship_2 = models.CharField("続柄コード2", max_length=2, blank=True, default="")
    relationship_3 = models.CharField("続柄コード3", max_length=2, blank=True, default="")
    relationship_4 = models.CharField("続柄コード4", max_length=2, blank=True, default="")
    head_name = models.TextField("世帯主氏名")
    head_resident_number = models.CharField("世帯主宛名番号", max_length=15, blank=True, default="")
    entry_order = models.PositiveSmallIntegerField("記載順位", null=True, blank=True)
    municipality_code = models.CharField("住所_市区町村コード", max_length=6)
    town_code = models.CharField("住所_町字コード", max_length=7, blank=True, default="")
    prefecture = models.TextField("住所_都道府県", blank=True, default="")
    municipality = models.TextField("住所_市区郡町村名", blank=True, default="")
    town = models.TextField("住所_町字", blank=True, default="")
    block = models.TextField("住所_番地号表記", blank=True, default="")
    building = models.TextField("住所_方書", blank=True, default="")
    postal_code = models.CharField("住所_郵便番号", max_length=7, blank=True, default="")
    domicile_of_origin = models.TextField("本籍", blank=True, default="")
    family_register_head = models.TextField("戸籍筆頭者", blank=True, default="")
    became_resident_on = models.DateField("住民となった年月日", null=True, blank=True)
    became_resident_on_unknown = models.CharField(
        "住民となった年月日_不詳フラグ", max_length=1, blank=True, default=""
    )
    became_resident_on_text = models.TextField(
        "住民となった年月日_不詳表記", blank=True, default=""
    )
    residence_fixed_on = models.DateField("住所を定めた年月日", null=True, blank=True)
    residence_fixed_on_unknown = models.CharField(
        "住所を定めた年月日_不詳フラグ", max_length=1, blank=True, default=""
    )
    residence_fixed_on_text = models.TextField(
        "住所を定めた年月日_不詳表記", blank=True, default=""
    )
    previous_municipality_code = models.CharField(
        "転入前住所_市区町村コード", max_length=6, blank=True, default=""
    )
    previous_residential_address = models.TextField("転入前住所", blank=True, default="")
    moving_out_notified_on = models.DateField("転出届出年月日", null=True, blank=True)
    moving_out_planned_on = models.DateField("転出予定年月日", null=True, blank=True)
    planned_municipality_code = models.CharField(
        "転出先住所_予定_市区町村コード", max_length=6, blank=True, default=""
    )
    planned_residential_address = models.TextField("転出先住所_予定", blank=True, default="")
    moved_out_on = models.DateField("転出確定年月日", null=True, blank=True)
    confirmed_municipality_code = models.CharField(
        "転出先住所_確定_市区町村コード", max_length=6, blank=True, default=""
    )
    confirmed_residential_address = models.TextField("転出先住所_確定", blank=True, default="")
    removed_on = models.DateField("消除年月日", null=True, blank=True)
    removed_on_unknown = models.CharField(
        "消除年月日_不詳フラグ", max_length=1, blank=True, default=""
    )
    removed_on_text = models.TextField("消除年月日_不詳表記", blank=True, default="")
    nationality_code = models.CharField("国籍・地域コード", max_length=3, blank=True, default="")
    nationality = models.TextField("国籍・地域", blank=True, default="")
    article_30_45 = models.CharField("第30条45規定区分", max_length=2, blank=True, default="")
    residence_status = models.CharField("在留資格", max_length=3, blank=True, default="")
    stay_years = models.CharField("在留期間_年", max_length=2, blank=True, default="")
    stay_months = models.CharField("在留期間_月", max_length=2, blank=True, default="")
    stay_days = models.CharField("在留期間_日", max_length=3, blank=True, default="")
    stay_expires_on = models.DateField("在留期間満了年月日", null=True, blank=True)
    residence_card_number = models.CharField(
        "在留カード番号等", max_length=12, blank=True, default=""
    )
    became_foreign_resident_on = models.DateField("外国人住民となった年月日", null=True, blank=True)
    became_foreign_resident_on_unknown = models.CharField(
        "外国人住民となった年月日_不詳フラグ", max_length=1, blank=True, default=""
    )
    became_foreign_resident_on_text = models.TextField(
        "外国人住民となった年月日_不詳表記", blank=True, default=""
    )
    voter_registered = models.CharField("選挙人名簿登録有無", max_length=1, blank=True, default="")
    health_insurance = models.CharField(
        "国民健康保険資格有無", max_length=1, blank=True, default=""
    )
    health_insurance_since = models.DateField("国民健康保険資格取得年月日", null=True, blank=True)
    elderly_medical = models.CharField(
        "後期高齢者医療資格有無", max_length=1, blank=True, default=""
    )
    elderly_medical_since = models.DateField("後期高齢者医療資格取得年月日", null=True, blank=True)
    care_insurance = models.CharField("介護保険資格有無", max_length=1, blank=True, default="")
    care_insurance_since = models.DateField("介護保険資格取得年月日", null=True, blank=True)
    national_pension = models.CharField("国民年金種別", max_length=1, blank=True, default="")
    national_pension_since = models.DateField("国民年金資格取得年月日", null=True, blank=True)
    child_allowance = models.CharField("児童手当資格区分", max_length=1, blank=True, default="")
    child_allowance_from = models.CharField(
        "児童手当受給開始年月", max_length=7, blank=True, default=""
    )
    child_allowance_until = models.CharField(
        "児童手当受給終了年月", max_length=7, blank=True, default=""
    )
    support_measure = models.CharField("支援措置区分", max_length=1, blank=True, default="")
    support_subject = models.CharField("支援措置対象者区分", max_length=1, blank=True, default="")
    support_from = models.DateField("支援措置開始年月日", null=True, blank=True)
    support_until = models.DateField("支援措置終了年月日", null=True, blank=True)

    class Meta:
        abstract = True
