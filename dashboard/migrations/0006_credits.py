"""Credits, budgets, what tasks spent, how long rows are kept."""

import functools

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import dashboard.models.base


class Migration(migrations.Migration):
    dependencies = [("dashboard", "0005_agent_runs")]

    operations = [
        migrations.CreateModel(
            name='Retention',
            fields=[
                ('project', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='retention', serialize=False, to='dashboard.project')),
                ('sessions_days', models.PositiveIntegerField(blank=True, null=True)),
                ('files_days', models.PositiveIntegerField(blank=True, null=True)),
                ('audit_days', models.PositiveIntegerField(blank=True, null=True)),
                ('usage_days', models.PositiveIntegerField(blank=True, null=True)),
            ],
            options={
                'verbose_name_plural': 'retention',
            },
        ),
        migrations.AddField(
            model_name='user',
            name='first_steps_hidden',
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name='CreditAccount',
            fields=[
                ('project', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='credits', serialize=False, to='dashboard.project')),
                ('metered', models.BooleanField(default=False, help_text='Whether tasks need credits. The first grant switches it on.')),
                ('balance_micros', models.BigIntegerField(default=0, editable=False)),
                ('held_micros', models.BigIntegerField(default=0, editable=False)),
                ('hold_micros', models.BigIntegerField(default=500000)),
                ('soft_limit_micros', models.BigIntegerField(blank=True, null=True)),
                ('hard_limit_micros', models.BigIntegerField(blank=True, null=True)),
                ('month', models.DateField(editable=False, null=True)),
                ('spent_micros', models.BigIntegerField(default=0, editable=False)),
                ('soft_told', models.DateField(editable=False, null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('held_micros__gte', 0)), name='credits_held_positive'), models.CheckConstraint(condition=models.Q(('balance_micros__gte', models.F('held_micros'))), name='credits_cover_what_is_held')],
            },
        ),
        migrations.CreateModel(
            name='TaskBill',
            fields=[
                ('task', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to='dashboard.task')),
                ('model', models.CharField(blank=True, max_length=200)),
                ('held_micros', models.BigIntegerField(default=0)),
                ('waits', models.CharField(blank=True, choices=[('', 'no'), ('budget', 'budget'), ('credits', 'credits')], default='', max_length=8)),
                ('key', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='dashboard.apikey')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='dashboard.project')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('waits', ''), _negated=True), fields=['project'], name='bill_that_waits')],
                'constraints': [models.CheckConstraint(condition=models.Q(('held_micros__gte', 0)), name='bill_held_positive')],
            },
        ),
        migrations.CreateModel(
            name='UsageEntry',
            fields=[
                ('id', models.CharField(default=functools.partial(dashboard.models.base.new_id, *('use',), **{}), editable=False, max_length=40, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('grant', 'Grant'), ('hold', 'Hold'), ('charge', 'Charge'), ('release', 'Release'), ('adjust', 'Adjustment')], max_length=8)),
                ('workflow', models.CharField(blank=True, max_length=40)),
                ('model', models.CharField(blank=True, max_length=200)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('balance_delta_micros', models.BigIntegerField(default=0)),
                ('held_delta_micros', models.BigIntegerField(default=0)),
                ('cost_micros', models.BigIntegerField(default=0, null=True)),
                ('spent_micros', models.BigIntegerField(default=0)),
                ('steps', models.PositiveIntegerField(default=0)),
                ('input_tokens', models.PositiveBigIntegerField(default=0)),
                ('output_tokens', models.PositiveBigIntegerField(default=0)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('actor', models.CharField(blank=True, max_length=200)),
                ('key', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='dashboard.apikey')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='dashboard.project')),
                ('session', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='dashboard.agentsession')),
                ('task', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='usage_entries', to='dashboard.task')),
            ],
            options={
                'verbose_name_plural': 'usage entries',
                'indexes': [models.Index(fields=['project', 'kind', 'at'], name='usage_of_project'), models.Index(fields=['task', 'kind', 'at'], name='usage_of_task')],
            },
        ),
    ]
