"""Checks the network ranges that may connect to a resource. Not a policy."""

import ipaddress

from _stack import blocks, is_true, number_of, shown, texts

# Ranges that the internet does not route: RFC 1918, 6598 (carriers), 3927 and 4291 (link-local), 1122 (loopback), 4193.
PRIVATE = [
    ipaddress.ip_network(text)
    for text in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "169.254.0.0/16",
        "127.0.0.0/8",
        "fc00::/7",
        "fe80::/10",
        "::1/128",
    )
]
# Public IPv6 addresses (RFC 4291). A range that is neither public nor private is a violation, such as IPv4 in IPv6.
GLOBAL_IPV6 = ipaddress.ip_network("2000::/3")
# IP version -> maximum number of public addresses in all ranges of a resource: the network of an office or a partner.
WIDEST = {4: 2**8, 6: 2**72}
# Arguments with ranges that may connect.
RANGES = ("cidr_block", "cidr_blocks", "cidr_ipv4", "cidr_ipv6", "ipv6_cidr_block", "ipv6_cidr_blocks")
# Lists of ranges whose content is not in the stack.
LISTS = ("prefix_list_id", "prefix_list_ids")
ACLS = ("aws_network_acl", "aws_default_network_acl")
# Types whose resources are single rules -> whether they are for outgoing traffic.
RULES = {
    "aws_network_acl_rule": lambda body: is_true(body.get("egress")),
    "aws_security_group_rule": lambda body: body.get("type") == "egress",
    "aws_vpc_security_group_ingress_rule": lambda _: False,
    # A rule may admit a whole network of the stack, so its range must be private.
    "aws_subnet": lambda _: False,
    "aws_vpc": lambda _: False,
}
# A network ACL is stateless: answers to outgoing requests arrive on these ports. Security groups limit outgoing
# requests. docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html#nacl-ephemeral-ports
FIRST_EPHEMERAL_PORT = 1024
TCP_AND_UDP = ("tcp", "udp", "6", "17", 6, 17)


def open_ranges(resource):
    """Yield a text for each range of a Resource that admits more public addresses than one network has."""
    ranges = []
    for rule in rules_for_coming_in(resource):
        for argument in LISTS:
            if rule.get(argument):
                yield f"{argument} is {shown(rule[argument])}, whose content is unknown before the deployment"
        ranges += [value for argument in RANGES if argument in rule for value in texts(rule[argument])]
    yield from wrong_ranges([*ranges, *public_access_ranges(resource.body)])


def rules_for_coming_in(resource):
    """Return the blocks with rules for incoming traffic, for any type."""
    kind, body = resource.kind, resource.body
    rules = blocks(body.get("ingress"))
    if kind in RULES:
        rules = [] if RULES[kind](body) else [body]
    if kind == "aws_network_acl_rule":
        return [rule for rule in rules if rule.get("rule_action") != "deny" and not is_for_answers(rule)]
    if kind in ACLS:
        return [rule for rule in rules if rule.get("action") != "deny" and not is_for_answers(rule)]
    return rules


def is_for_answers(rule):
    first = number_of(rule.get("from_port"))
    return rule.get("protocol") in TCP_AND_UDP and first is not None and first >= FIRST_EPHEMERAL_PORT


def public_access_ranges(body):
    """Return the ranges that may reach the endpoint of an EKS cluster."""
    ranges = [block.get("public_access_cidrs") or [] for block in blocks(body.get("vpc_config"))]
    return [value for each in ranges for value in texts(each)]


def wrong_ranges(values):
    """Yield a text for each invalid range, and for public ranges that together are larger than one network."""
    public = {4: [], 6: []}
    for value in values:
        try:
            network = ipaddress.ip_network(value if isinstance(value, str) else None, strict=False)
        except ValueError:
            yield f"{shown(value)} is not a literal network range"
            continue
        if not any(network.version == own.version and network.subnet_of(own) for own in PRIVATE):
            public[network.version].append(network)
    for version, networks in public.items():
        together = list(ipaddress.collapse_addresses(networks))
        if sum(network.num_addresses for network in together) > WIDEST[version]:
            yield f"{', '.join(map(str, together))} may connect"
    for network in public[6]:
        if not network.subnet_of(GLOBAL_IPV6):
            yield f"{network} may connect"
