"""Checks the network ranges that may connect: they must be private, or narrow public ranges.

Adjacent ranges are joined before the check, because `0.0.0.0/1` and `128.0.0.0/1` together are the whole internet.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from typing import Any

from lib.aspects.terraform_json import Attributes, Resource, StackView, as_list, flag, format_value, literal, reference

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Private ranges: RFC 1918, RFC 6598 (shared address space, which AWS uses for pods and load balancers), RFC 4193.
PRIVATE: tuple[Network, ...] = tuple(
    ipaddress.ip_network(range_)
    for range_ in ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)
# Prefix lengths of the smallest networks that the internet routes: 256 addresses in IPv4, one site in IPv6 (RFC 6177).
# An organisation can own such a network. A wider range is a finding.
NARROW = {4: 24, 6: 48}

# Last words of arguments with ranges, in blocks or types for incoming traffic.
_RANGES = re.compile(
    r"(ipv6_)?cidr_blocks?|cidr|cidr_ipv4|cidr_ipv6|(ipv6_)?cidrs|public_access_cidrs|ip_range|prefix_list_ids?"
)
# Types with ranges for incoming traffic. VPCs and subnets are included, because rules refer to their ranges.
_BLOCKS_IN = re.compile(r"(^|\.)(ingress|ec2_inbound_permission|port_info)\.")
_TYPES_IN = frozenset(
    {
        "aws_ec2_managed_prefix_list",
        "aws_ec2_managed_prefix_list_entry",
        "aws_network_acl_rule",
        "aws_security_group_rule",
        "aws_subnet",
        "aws_vpc",
        "aws_vpc_security_group_ingress_rule",
    }
)
_ARGUMENTS_IN = frozenset({"public_access_cidrs"})
# Prefix lists of the stack, and of AWS services behind the stack's VPC endpoints.
_PREFIX_LISTS = (("aws_ec2_managed_prefix_list", "id"), ("aws_vpc_endpoint", "prefix_list_id"))


def too_wide(stack: StackView, resource: Resource) -> Iterator[str]:
    """Yield a message for each range of a resource that admits too many addresses."""
    known: list[Network] = []
    for path, value in _ranges_in(resource):
        for item in as_list(value):
            if path.endswith(("prefix_list_id", "prefix_list_ids")):
                if not _is_own_prefix_list(stack, item):
                    yield f"{path} is {format_value(item)}; expected the id of a prefix list of this stack"
            elif (network := _network(stack, item)) is None:
                yield f"{path} is {format_value(item)}; expected literal network ranges"
            else:
                known.append(network)
    for network in _joined(known):
        if network.prefixlen < NARROW[network.version] and not _is_private(network):
            width = f"/{NARROW[network.version]}"
            yield f"it admits {network}; expected private networks, or public ones no wider than {width}"


def _ranges_in(resource: Resource) -> Iterator[tuple[str, Any]]:
    """Yield (dotted path, value) of each argument with a range that may reach a resource."""
    if resource.type == "aws_security_group_rule" and literal(resource.attributes.get("type")) == "egress":
        return
    if resource.type == "aws_network_acl_rule" and flag(resource.attributes.get("egress")) is True:
        return
    yield from _below(resource.attributes, "", resource.type in _TYPES_IN)


def _below(attributes: Attributes, prefix: str, is_in: bool) -> Iterator[tuple[str, Any]]:
    if "deny" in (literal(attributes.get("action")), literal(attributes.get("rule_action"))):
        return  # a network ACL rule that denies
    for name, value in attributes.items():
        path = f"{prefix}{name}"
        if name == "//":
            continue
        if value not in (None, []) and _RANGES.fullmatch(name) and (is_in or name in _ARGUMENTS_IN):
            yield path, value
        for block in as_list(value):
            if isinstance(block, dict):
                yield from _below(block, f"{path}.", is_in or _BLOCKS_IN.search(f"{path}.") is not None)


def _network(stack: StackView, value: Any) -> Network | None:
    """Return the range in a literal, or of the VPC or subnet of this stack to which the value refers; else None."""
    to = reference(value)
    if to is not None and to.type in ("aws_subnet", "aws_vpc") and (owner := stack.get(to)):
        value = owner.attributes.get(to.attribute)
    try:
        return ipaddress.ip_network(literal(value), strict=False) if isinstance(value, str) else None
    except ValueError:
        return None


def _is_own_prefix_list(stack: StackView, value: Any) -> bool:
    to = reference(value)
    return to is not None and (to.type, to.attribute) in _PREFIX_LISTS and stack.get(to) is not None


def _joined(networks: Iterable[Network]) -> Iterator[Network]:
    """Yield the same addresses in the smallest number of ranges."""
    found = list(networks)
    yield from ipaddress.collapse_addresses(net for net in found if isinstance(net, ipaddress.IPv4Network))
    yield from ipaddress.collapse_addresses(net for net in found if isinstance(net, ipaddress.IPv6Network))


def _is_private(network: Network) -> bool:
    return any(
        private.supernet_of(network)  # type: ignore[arg-type]  # the versions are the same
        for private in PRIVATE
        if private.version == network.version
    )
