"""Alerting: the alarms, the encrypted topic to which they publish, and its subscription."""

from __future__ import annotations

from collections.abc import Sequence

from constructs import Construct

from lib.aws import (
    CloudwatchMetricAlarm,
    CloudwatchMetricAlarmMetricQuery,
    CloudwatchMetricAlarmMetricQueryMetric,
    SnsTopic,
    SnsTopicPolicy,
    SnsTopicSubscription,
)
from lib.constructs.alarm import Alarm, Metric
from lib.constructs.context import Context
from lib.constructs.policy import allow, deny_insecure_transport, document, from_source, service


class Alerting(Construct):
    """The alerts topic and all alarms. `alarms`: by purpose."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        context: Context,
        alarms: Sequence[Alarm],
        email: str | None,
    ) -> None:
        super().__init__(scope, id_)
        names = {alarm.purpose: context.naming("alarm", alarm.purpose) for alarm in alarms}
        # The ARNs are literals: the alarms refer to the topic and the topic's policy names the alarms, a cycle.
        self.alarm_arns = [context.account.arn("cloudwatch", f"alarm:{name}") for name in names.values()]
        self.topic = SnsTopic(self, "topic", name=context.naming("sns", "alerts"), kms_master_key_id=context.key_arn)
        SnsTopicPolicy(
            self,
            "policy",
            arn=self.topic.arn,
            policy=document(
                self,
                "policy_document",
                [
                    # docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
                    allow(
                        "Alarms",
                        ["sns:Publish"],
                        [self.topic.arn],
                        principals=service("cloudwatch.amazonaws.com"),
                        conditions=from_source(context.account, *self.alarm_arns),
                    ),
                    deny_insecure_transport(["sns:Publish"], [self.topic.arn]),
                ],
            ),
        )
        if email is not None:
            # AWS sends a mail with a link that must be confirmed before notifications are delivered.
            SnsTopicSubscription(self, "email", topic_arn=self.topic.arn, protocol="email", endpoint=email)
        self.alarms = {alarm.purpose: self._add(alarm, names[alarm.purpose]) for alarm in alarms}

    def _add(self, alarm: Alarm, name: str) -> CloudwatchMetricAlarm:
        made = CloudwatchMetricAlarm(
            self,
            alarm.purpose,
            alarm_name=name,
            alarm_description=alarm.description,
            comparison_operator="LessThanThreshold" if alarm.falls else "GreaterThanOrEqualToThreshold",
            threshold=alarm.threshold,
            evaluation_periods=alarm.periods,
            datapoints_to_alarm=alarm.datapoints,
            treat_missing_data="breaching" if alarm.falls else "notBreaching",
            actions_enabled=True,
            alarm_actions=[self.topic.arn],
            ok_actions=[self.topic.arn],
        )
        if alarm.expression is None:
            _watch_one(made, alarm, alarm.metrics[0])
        else:
            made.put_metric_query(_queries(alarm, alarm.expression))
        return made


def _watch_one(made: CloudwatchMetricAlarm, alarm: Alarm, metric: Metric) -> None:
    made.namespace = metric.namespace
    made.metric_name = metric.name
    if metric.dimensions:
        made.dimensions = dict(metric.dimensions)
    made.period = alarm.period
    if alarm.statistic.startswith("p"):
        made.extended_statistic = alarm.statistic
    else:
        made.statistic = alarm.statistic


def _queries(alarm: Alarm, expression: str) -> list[CloudwatchMetricAlarmMetricQuery]:
    """Return the queries of an alarm on metric math: its metrics as m1, m2, …, and the watched expression over them."""
    parts = [
        CloudwatchMetricAlarmMetricQuery(
            id=f"m{number}",
            return_data=False,
            metric=CloudwatchMetricAlarmMetricQueryMetric(
                namespace=metric.namespace,
                metric_name=metric.name,
                dimensions=dict(metric.dimensions) or None,
                period=alarm.period,
                stat=alarm.statistic,
            ),
        )
        for number, metric in enumerate(alarm.metrics, start=1)
    ]
    watched = CloudwatchMetricAlarmMetricQuery(
        id="watched", label=alarm.purpose, expression=expression, return_data=True
    )
    return [*parts, watched]
