"""Metric math: the allowed expressions over an alarm's metrics, and what each counts. Not a policy.

docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html has the functions.
"""

import re

ID = r"[a-z]\w*"
# What the expression counts (see _bounds.py) -> its pattern without spaces, and what its metrics a and b count.
OF_TWO = {
    "failed share": (rf"100\*(?:FILL\()?(?P<a>{ID})(?:,0\))?/(?P<b>{ID})", "failures", "use"),
    "refused share": (rf"IF\((?P<a>{ID})>=(100|[1-9]?[0-9]),100\*(?P=a)/(?P<b>{ID}),0\)", "refusals", "use"),
    # The refused part of all requests.
    "refused part": (
        rf"IF\((?P<a>{ID})>=(100|[1-9]?[0-9]),100\*(?P=a)/\((?P=a)\+FILL\((?P<b>{ID}),0\)\),0\)",
        "refusals",
        "use",
    ),
    # 1 if metric a counts something and metric b nothing: a component has stopped.
    "standstill": (rf"IF\(FILL\((?P<a>{ID}),0\)>0 AND FILL\((?P<b>{ID}),0\)<1,1,0\)", "use", "use"),
    "quota share": (rf"100\*(?P<a>{ID})/SERVICE_QUOTA\((?P<b>{ID})\)", "executions", "executions"),
}


def what_it_yields(expression, counts):
    """Return what an expression counts, given `counts` (metric id -> what it counts); None if it may never fire."""
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
    """The expression without spaces around operators; one within a number or a name stays, and no form has it."""
    return re.sub(r"\s*([-+*/(),\[\]<>=]+)\s*", r"\1", str(expression).strip())


def terms(expression):
    """Return the sorted metric ids in `FILL(a, 0) + b`, `SUM([a, b])` or `MAX(METRICS())`; None for anything else."""
    text = compact(expression)
    within = re.fullmatch(r"(?:SUM|MAX)\((?:\[(.*)\]|(METRICS\(\)))\)", text)
    if within and within[2]:
        return [within[2]]
    parts = within[1].split(",") if within else re.sub(r"FILL\((\w+),0\)", r"\1", text).split("+")
    return sorted(parts) if all(re.fullmatch(r"[a-z]\w*", part) for part in parts) else None
