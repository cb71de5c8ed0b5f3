"""Checks metric math: the allowed expressions over an alarm's metrics, and the kind of each result. Not a policy.

The functions: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

import re

ID = r"[a-z]\w*"
# Kind of the result (_bounds.py) -> (pattern of the expression without spaces, kind of metric a, kind of metric b).
OF_TWO = {
    "failed share": (rf"100\*(?:FILL\()?(?P<a>{ID})(?:,0\))?/(?P<b>{ID})", "failures", "use"),
    "refused share": (rf"IF\((?P<a>{ID})>=(100|[1-9]?[0-9]),100\*(?P=a)/(?P<b>{ID}),0\)", "refusals", "use"),
    # Refusals in percent of refusals and successes.
    "refused part": (
        rf"IF\((?P<a>{ID})>=(100|[1-9]?[0-9]),100\*(?P=a)/\((?P=a)\+FILL\((?P<b>{ID}),0\)\),0\)",
        "refusals",
        "use",
    ),
    # The result is 1 if metric a is above 0 and metric b is 0: a component has stopped.
    "standstill": (rf"IF\(FILL\((?P<a>{ID}),0\)>0 AND FILL\((?P<b>{ID}),0\)<1,1,0\)", "use", "use"),
    "quota share": (rf"100\*(?P<a>{ID})/SERVICE_QUOTA\((?P<b>{ID})\)", "executions", "executions"),
}


def what_it_yields(expression, counts):
    """Return the kind of an expression's result, from `counts` (metric id -> kind); None if it is not allowed."""
    text = compact(expression)
    if terms(expression) in (sorted(counts), ["METRICS()"]) and len(set(counts.values())) == 1:
        return next(iter(counts.values()))
    for yielded, (form, *expected) in OF_TWO.items():
        if found := re.fullmatch(form, text):
            ids = [found["a"], found["b"]]
            if sorted(ids) == sorted(counts) and [counts[id_] for id_ in ids] == expected:
                return yielded
    return None


def compact(expression):
    """Remove the spaces around operators. A space within a number or name stays, so no accepted form matches."""
    return re.sub(r"\s*([-+*/(),\[\]<>=]+)\s*", r"\1", str(expression).strip())


def terms(expression):
    """Return the sorted metric ids in `FILL(a, 0) + b`, `SUM([a, b])` or `MAX(METRICS())`; None for anything else."""
    text = compact(expression)
    within = re.fullmatch(r"(?:SUM|MAX)\((?:\[(.*)\]|(METRICS\(\)))\)", text)
    if within and within[2]:
        return [within[2]]
    parts = within[1].split(",") if within else re.sub(r"FILL\((\w+),0\)", r"\1", text).split("+")
    return sorted(parts) if all(re.fullmatch(r"[a-z]\w*", part) for part in parts) else None
