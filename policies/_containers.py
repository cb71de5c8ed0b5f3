"""Reads the containers of an ECS task definition from their JSON string. Not a policy.

docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
"""

from _egress import is_own_target
from _expressions import is_reference, parse, reference
from _json_text import read_json
from _stack import shown

REPOSITORIES = ("aws_ecr_repository",)


def containers(body):
    """Return the container definitions of a task definition; None if they cannot be read."""
    found = read_json(body.get("container_definitions"))
    is_list = isinstance(found, list) and all(isinstance(each, dict) for each in found)
    return found if is_list else None


def foreign_logs(stack, container):
    """Yield a text for each mistake in a container's log configuration: it must name a log group of the stack."""
    logging = container.get("logConfiguration")
    if logging is None:
        return
    options = logging.get("options") if isinstance(logging, dict) else None
    group = options.get("awslogs-group") if isinstance(options, dict) else None
    kind, _, _ = reference(group)
    if not isinstance(logging, dict) or logging.get("logDriver") != "awslogs":
        yield f"logConfiguration is {shown(logging)}"
    elif kind != "aws_cloudwatch_log_group" or not is_own_target(stack, group):
        yield f"awslogs-group is {shown(group)}"


def is_own_image(stack, image):
    """Return True if an image is in a repository of the stack: `${aws_ecr_repository.app.repository_url}:tag`."""
    parts = parse(image) if isinstance(image, str) else ()
    return (
        len(parts) in (1, 2)
        and is_reference(parts[0])
        and parts[0].kind in REPOSITORIES
        and parts[0].attribute == "repository_url"
        and stack.declares(parts[0].kind, parts[0].name)
        and all(isinstance(part, str) and part.startswith((":", "@")) for part in parts[1:])
    )
