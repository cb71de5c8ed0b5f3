"""The payment gateway that the functions ask: which one, and the secret that holds its key where it needs one."""

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
    """`environment` and `statements` for the functions that ask the gateway; `secret_arn`, empty without a secret."""

    def __init__(self, scope: Construct, id_: str, *, context: Context, gateway: str) -> None:
        super().__init__(scope, id_)
        self.environment = {GATEWAY_VARIABLE: gateway}
        self.statements: list[Statement] = []
        self.secret_arn = ""
        if gateway == SIMULATED:
            return
        # Without a value: `make gateway-key` writes it, as Terraform would keep it in the state.
        secret = SecretsmanagerSecret(
            self,
            "secret",
            name=context.naming("secret", "gateway"),
            description=f"The key with which the payments stack of {context.naming.suffix} signs in at {gateway}",
            kms_key_id=context.key_arn,
            recovery_window_in_days=0,  # else the name is taken for a week after a destroy
        )
        self.secret_arn = secret.arn
        self.environment[SECRET_VARIABLE] = secret.arn
        self.statements = [
            allow("GatewaySecret", ["secretsmanager:GetSecretValue"], [secret.arn]),
            # docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
            context.allow_key("GatewaySecretKey", ["kms:Decrypt"], "secretsmanager"),
        ]
