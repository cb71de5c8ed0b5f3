"""Finds resources that configure another resource, such as a bucket's encryption or a queue's policy. Not a policy.

AWS keeps one configuration of each kind for a resource: the one that Terraform applies last. So there must be exactly
one, which refers to the resource. A configuration with a literal name could be a second one, unnoticed by the rules.
"""

from typing import NamedTuple

from _expressions import reference
from _stack import StackCheck, shown


class Configuration(NamedTuple):
    """A resource of type `kind` configures a resource of type `of`: its `argument` refers to one of the `attributes`.

    `inline` is the configured type's own argument for the same setting; empty if there is none.
    """

    kind: str
    of: str
    argument: str
    attributes: tuple
    inline: str = ""

    def whose(self, stack, body):
        """Return the name of the stack's resource to which a configuration refers, or None."""
        kind, name, attribute = reference(body.get(self.argument))
        return name if kind == self.of and attribute in self.attributes and stack.declares(kind, name) else None

    def attached_to(self, stack, name):
        """Return the bodies of all resources that configure the resource `name`."""
        return [body for body in stack.of_type(self.kind).values() if self.whose(stack, body) == name]


def of_bucket(what, inline=""):
    """Return the Configuration for aws_s3_bucket_{what}."""
    return Configuration(f"aws_s3_bucket_{what}", "aws_s3_bucket", "bucket", ("id", "bucket"), inline)


class ConfigurationCheck(StackCheck):
    """Base of checks of an attached configuration: set `configuration` and `types`, and define `wrong_settings`."""

    configuration: Configuration

    def violations(self, resource):
        stack, configuration = resource.stack, self.configuration
        if resource.kind == configuration.kind:
            if configuration.whose(stack, resource.body) is None:
                value = resource.body.get(configuration.argument)
                yield f"{configuration.argument} is {shown(value)}, not a reference to an {configuration.of} here"
            return
        if configuration.inline and configuration.inline in resource.body:
            yield f"{configuration.inline} is set on the {configuration.of}; use {configuration.kind} instead"
        found = configuration.attached_to(stack, resource.name)
        if len(found) != 1:
            yield f"there are {len(found)} {configuration.kind} instead of one"
        for body in found:
            yield from self.wrong_settings(resource, body)

    def wrong_settings(self, resource, configuration):
        """Yield a text for each wrong setting in the body of a Resource's configuration."""
        raise NotImplementedError
