from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("integrated_address", "0015_names_lead_to_their_people_by_the_index_alone"),
    ]

    operations = [
        migrations.AddField(
            model_name="matchmodel",
            name="expected",
            field=models.JSONField(blank=True, default=list, verbose_name="得点ごとの見込み"),
        ),
    ]
