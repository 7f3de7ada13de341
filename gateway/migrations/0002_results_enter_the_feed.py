"""The feed of 照会結果: each system reads its own results in order, by receipt."""

from django.db import migrations

from sapporo_base.feed import create_feed


class Migration(migrations.Migration):
    dependencies = [("gateway", "0001_initial")]

    operations = [create_feed("gateway_inquiryresult")]
