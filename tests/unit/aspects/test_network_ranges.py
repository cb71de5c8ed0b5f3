"""Who may come in by network: private ranges of any width, public ones that are narrow, alone and together."""

from __future__ import annotations

from typing import Any

import pytest

from lib.aspects.network_ranges import too_wide
from lib.aspects.terraform_json import StackView

GROUP, RULE, INGRESS = "aws_security_group", "aws_security_group_rule", "aws_vpc_security_group_ingress_rule"
ACL_RULE, LIST = "aws_network_acl_rule", "aws_ec2_managed_prefix_list"
AROUND = {
    "aws_vpc": {"ours": {"cidr_block": "10.1.0.0/16"}, "open": {"cidr_block": "0.0.0.0/1"}},
    LIST: {"office": {"entry": [{"cidr": "192.0.2.0/28"}]}},
    "aws_vpc_endpoint": {"s3": {}},
}


def found(type_: str, body: dict[str, Any]) -> list[str]:
    stack = StackView({"resource": {**AROUND, type_: {**AROUND.get(type_, {}), "checked": body}}})
    (resource,) = (one for one in stack.of(type_) if one.id == "checked")
    return list(too_wide(stack, resource))


@pytest.mark.parametrize(
    "ranges",
    [
        ["10.0.0.0/8"],
        ["172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"],
        ["203.0.113.0/24"],
        ["203.0.113.7/32", "198.51.100.0/25"],
        ["203.0.113.7"],
        ["10.0.0.0/9", "10.128.0.0/9"],
        ["fd00::/8"],
        ["2001:db8::/48"],
        ["${aws_vpc.ours.cidr_block}"],
        [],
    ],
)
def test_these_may_come_in(ranges: list[str]) -> None:
    assert found(GROUP, {"ingress": [{"cidr_blocks": ranges}]}) == []


@pytest.mark.parametrize(
    ("ranges", "named"),
    [
        (["0.0.0.0/0"], "0.0.0.0/0"),
        (["0.0.0.0/00"], "0.0.0.0/0"),
        (["10.0.0.0/8", "0.0.0.0/0"], "0.0.0.0/0"),
        (["0.0.0.0/1", "128.0.0.0/1"], "0.0.0.0/0"),
        (["0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/2"], "0.0.0.0/0"),
        (["52.0.0.0/8"], "52.0.0.0/8"),
        (["203.0.112.0/24", "203.0.113.0/24"], "203.0.112.0/23"),
        (["8.0.0.0/7"], "8.0.0.0/7"),
        (["10.0.0.0/7"], "10.0.0.0/7"),  # half of it is private
        (["1.2.3.4/0"], "0.0.0.0/0"),
        (["::/0"], "::/0"),
        (["::/1", "8000::/1"], "::/0"),
        (["2001:db8::/47"], "2001:db8::/47"),
        (["${aws_vpc.open.cidr_block}"], "0.0.0.0/1"),
        (["${var.everybody}"], "not known"),
        (["${aws_vpc.nowhere.cidr_block}"], "not known"),
        (["${aws_vpc.ours.owner_id}"], "not known"),
        (["everybody"], '"everybody"'),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("${var.ranges}", "not known"),
    ],
    ids=str,
)
def test_these_may_not(ranges: Any, named: str) -> None:
    (message,) = found(GROUP, {"ingress": {"cidr_blocks": ranges}})
    assert named in message


EVERYBODY = {"cidr_blocks": ["0.0.0.0/0"]}


@pytest.mark.parametrize(
    ("type_", "body"),
    [
        (GROUP, {"ingress": [{"ipv6_cidr_blocks": ["::/0"]}]}),
        (GROUP, {"dynamic": {"ingress": {"content": EVERYBODY}}}),
        ("aws_default_security_group", {"ingress": EVERYBODY}),
        (RULE, {"type": "ingress", **EVERYBODY}),
        (RULE, {"type": "${var.type}", **EVERYBODY}),
        (RULE, {"type": "ingress", "prefix_list_ids": ["pl-12345678"]}),
        (INGRESS, {"cidr_ipv4": "0.0.0.0/0"}),
        (INGRESS, {"cidr_ipv6": "::/0"}),
        (INGRESS, {"prefix_list_id": "${data.aws_prefix_list.s3.id}"}),
        ("aws_network_acl", {"ingress": [{"action": "allow", "cidr_block": "0.0.0.0/0"}]}),
        (ACL_RULE, {"rule_action": "allow", "cidr_block": "0.0.0.0/0"}),
        (ACL_RULE, {"rule_action": "allow", "egress": "${var.out}", "cidr_block": "0.0.0.0/0"}),
        (ACL_RULE, {"rule_action": "allow", "ipv6_cidr_block": "::/0"}),
        (LIST, {"entry": [{"cidr": "0.0.0.0/1"}, {"cidr": "128.0.0.0/1"}]}),
        ("aws_ec2_managed_prefix_list_entry", {"cidr": "0.0.0.0/0"}),
        ("aws_eks_cluster", {"vpc_config": {"public_access_cidrs": ["0.0.0.0/0"]}}),
        ("aws_vpc", {"cidr_block": "8.0.0.0/8"}),  # a rule that refers to it would let it in
        ("aws_subnet", {"cidr_block": "${var.range}"}),
    ],
)
def test_wherever_ranges_are_of_those_who_come_in(type_: str, body: dict[str, Any]) -> None:
    assert len(found(type_, body)) == 1


@pytest.mark.parametrize(
    ("type_", "body"),
    [
        (GROUP, {"egress": [EVERYBODY]}),
        (RULE, {"type": "egress", **EVERYBODY}),
        ("aws_vpc_security_group_egress_rule", {"cidr_ipv4": "0.0.0.0/0"}),
        (INGRESS, {"prefix_list_id": "${aws_ec2_managed_prefix_list.office.id}"}),
        (INGRESS, {"prefix_list_id": "${aws_vpc_endpoint.s3.prefix_list_id}"}),
        ("aws_network_acl", {"ingress": [{"action": "deny", "cidr_block": "0.0.0.0/0"}]}),
        ("aws_network_acl", {"egress": [{"action": "allow", "cidr_block": "0.0.0.0/0"}]}),
        (ACL_RULE, {"rule_action": "deny", "cidr_block": "0.0.0.0/0"}),
        (ACL_RULE, {"rule_action": "allow", "egress": True, "cidr_block": "0.0.0.0/0"}),
        ("aws_route", {"destination_cidr_block": "0.0.0.0/0"}),
        ("aws_wafv2_ip_set", {"addresses": ["0.0.0.0/1"]}),
        ("aws_subnet", {"cidr_block": "10.1.2.0/24"}),
    ],
)
def test_not_where_they_are_of_others(type_: str, body: dict[str, Any]) -> None:
    assert found(type_, body) == []
