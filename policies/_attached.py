"""Resources that configure another one: a bucket's encryption, a queue's policy. No policy itself.

AWS keeps one such configuration for each object, so the last one that is applied counts. There is exactly one, and a
reference says whose it is: what is attached by a name, or by an attribute of a third resource, could be a second one.
"""

from typing import NamedTuple

from _expressions import reference
from _stack import StackCheck, shown


class Configuration(NamedTuple):
    """Resources of type `kind` configure those of type `of`: `argument` refers to one of the `attributes`.

    `inline` is the argument of the configured type for the same; empty where there is none.
    """

    kind: str
    of: str
    argument: str
    attributes: tuple
    inline: str = ""

    def whose(self, stack, body):
        """The name of the resource that a configuration refers to; None if it refers to none of the stack."""
        kind, name, attribute = reference(body.get(self.argument))
        return name if kind == self.of and attribute in self.attributes and stack.declares(kind, name) else None

    def attached_to(self, stack, name):
        """The bodies of the configurations of a resource."""
        return [body for body in stack.of_type(self.kind).values() if self.whose(stack, body) == name]


def of_bucket(what, inline=""):
    """The configuration aws_s3_bucket_{what}."""
    return Configuration(f"aws_s3_bucket_{what}", "aws_s3_bucket", "bucket", ("id", "bucket"), inline)


class ConfigurationCheck(StackCheck):
    """Derive with `configuration` and `types`, and define `wrong_settings` of the one configuration of a resource."""

    configuration: Configuration

    def violations(self, resource):
        stack, configuration = resource.stack, self.configuration
        if resource.kind == configuration.kind:
            if configuration.whose(stack, resource.body) is None:
                value = resource.body.get(configuration.argument)
                yield f"{configuration.argument} is {shown(value)}, no reference to an {configuration.of} of this stack"
            return
        if configuration.inline and configuration.inline in resource.body:
            yield f"{configuration.inline} stands in the {configuration.of} itself; {configuration.kind} is its place"
        found = configuration.attached_to(stack, resource.name)
        if len(found) != 1:
            yield f"it has {len(found)} {configuration.kind}, not one"
        for body in found:
            yield from self.wrong_settings(resource, body)

    def wrong_settings(self, resource, configuration):
        """What is wrong in the body of a configuration of a Resource: a text for each."""
        raise NotImplementedError
