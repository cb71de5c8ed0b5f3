"""The payment gateway's settings, and the secret with its key if it needs one."""

from __future__ import annotations

from constructs import Construct

from lib.aws import SecretsmanagerSecret
from lib.constructs.context import Context
from lib.constructs.policy import Statement, allow
from lib.settings import SIMULATED

# Read by lib/lambda/payments/settings.py.
GATEWAY_VARIABLE = "PAYMENT_GATEWAY"
SECRET_VARIABLE = "GATEWAY_SECRET_ARN"  # noqa: S105 - a variable's name


class Gateway(Construct):
    """`environment` and `statements` are for functions that call the gateway. Without a secret, `secret_arn` is ""."""

    def __init__(self, scope: Construct, id_: str, *, context: Context, gateway: str) -> None:
        super().__init__(scope, id_)
        self.environment = {GATEWAY_VARIABLE: gateway}
        self.statements: list[Statement] = []
        self.secret_arn = ""
        if gateway == SIMULATED:
            return
        # Without a value, because Terraform would store it in the state; `make gateway-key` writes it.
        secret = SecretsmanagerSecret(
            self,
            "secret",
            name=context.naming("secret", "gateway"),
            description=f"The key with which the payments stack of {context.naming.suffix} signs in at {gateway}",
            kms_key_id=context.key_arn,
            recovery_window_in_days=0,  # else the name would be blocked for a week after a destroy
        )
        self.secret_arn = secret.arn
        self.environment[SECRET_VARIABLE] = secret.arn
        self.statements = [
            allow("GatewaySecret", ["secretsmanager:GetSecretValue"], [secret.arn]),
            # docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
            context.allow_key("GatewaySecretKey", ["kms:Decrypt"], "secretsmanager"),
        ]
