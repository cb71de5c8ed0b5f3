"""`make drift`: what somebody changed in the deployed stack by hand, with the violated rule of each change.

Terraform's plan shows the changes of what it manages (plan_changes.py). What was added beside that, such as a second
policy of a role, Terraform does not read: each service is asked for it (additions/). rules.py has the first judge
evaluate each change.
"""
