"""`make drift`: manual changes of the deployed stack, each with the violated rule.

Terraform's plan shows changes of the resources that it manages (plan_changes.py). Terraform does not read additions,
such as a second policy of a role, so these are listed from each service (additions/). rules.py evaluates each change
with the first judge.
"""
