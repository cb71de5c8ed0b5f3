"""Lists IAM actions that let their holder gain more permissions. Not a policy.

Most of these actions have AWS's access level "Permissions management" (_actions.py). But AWS gives some actions that
write a policy the level Write. The level also ignores indirect ways: whoever may change the code that runs with a role
has the role's permissions. The lists below come from published research (read in 2026) and from AWS's documentation:
rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation, pathfinding.cloud,
github.com/nccgroup/PMapper, github.com/salesforce/cloudsplaining.
"""

import re

from _actions import level

READING = ("List", "Read")
# Service -> reason. Every action of the service with the level Write gives more permissions.
SERVICES = {
    "account": "it changes settings of the whole account",
    "amplify": "builds run the commands of their specification under a service role",
    "apprunner": "a service runs an image of the caller's choice under its role",
    "autoscaling": "a launch configuration starts instances with an instance profile and the caller's commands",
    "batch": "a job runs the caller's command under its job role",
    "bedrock-agentcore": "a code interpreter runs the caller's code under its role",
    "cloud9": "an environment gives its members temporary credentials of its owner",
    "cloudformation": "a stack creates whatever its template contains, with the stack's role",
    "codebuild": "a build runs the caller's buildspec under the project's role",
    "codecatalyst": "a workflow runs under the roles that are connected to it",
    "codedeploy": "a deployment runs its hooks on instances under their roles",
    "codepipeline": "a pipeline runs its actions under its role",
    "codestar": "a project creates roles and resources for its members",
    "controltower": "it creates accounts, roles and guardrails",
    "datapipeline": "a pipeline runs the caller's commands under its role",
    "ec2-instance-connect": "the caller's SSH key gives access to an instance, and so to its role",
    "eks": "an access entry makes a principal the cluster's administrator; a node group runs under its role",
    "elasticbeanstalk": "an environment runs the caller's code under its instance profile",
    "elasticmapreduce": "a step runs the caller's code under the cluster's role",
    "emr-containers": "a job runs the caller's code under its execution role",
    "emr-serverless": "a job runs the caller's code under its execution role",
    "glue": "a job, session or endpoint runs the caller's code under its role",
    "greengrass": "a deployment runs functions on devices under their roles",
    "iam": "it manages permissions; TAP-IAM-6 checks iam:PassRole",
    "identitystore": "it creates users and group memberships",
    "imagebuilder": "a build runs the caller's commands under its instance profile",
    "organizations": "it creates accounts, and changes the policies that limit them",
    "opsworks": "a deployment runs the caller's recipes under its instance profile",
    "proton": "an environment creates whatever its template contains, with a role",
    "ram": "it shares resources with other accounts",
    "rolesanywhere": "a trust anchor lets the holder of a certificate assume roles",
    "sagemaker": "a notebook, job or endpoint runs the caller's code under its role",
    "servicecatalog": "a product creates whatever its template contains, with a launch role",
    "sso": "it assigns permission sets to people",
    "sso-directory": "it creates users and group memberships",
    "ssm-quicksetup": "it deploys configurations with its own roles",
}
# Reason -> single actions, for services whose other actions are needed in daily use.
WAYS = {
    "it changes a function's code or role": (
        "lambda:CreateEventSourceMapping",
        "lambda:CreateFunction",
        "lambda:CreateFunctionUrlConfig",
        "lambda:DeleteFunctionCodeSigningConfig",
        "lambda:PublishLayerVersion",
        "lambda:PutFunctionCodeSigningConfig",
        "lambda:PutFunctionEventInvokeConfig",
        "lambda:PutRuntimeManagementConfig",
        "lambda:UpdateAlias",
        "lambda:UpdateCodeSigningConfig",
        "lambda:UpdateEventSourceMapping",
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionCodeSigningConfig",
        "lambda:UpdateFunctionConfiguration",
        "lambda:UpdateFunctionEventInvokeConfig",
        "lambda:UpdateFunctionUrlConfig",
    ),
    "it runs the caller's command in a container, under the task's role": (
        "ecs:CreateExpressGatewayService",
        "ecs:CreateService",
        "ecs:CreateTaskSet",
        "ecs:ExecuteCommand",
        "ecs:RegisterContainerInstance",
        "ecs:RegisterTaskDefinition",
        "ecs:RunTask",
        "ecs:StartTask",
        "ecs:UpdateExpressGatewayService",
        "ecs:UpdateService",
        "ecs:UpdateServicePrimaryTaskSet",
    ),
    "it runs the caller's command on an instance, under the instance's role": (
        "ssm:CreateAssociation",
        "ssm:CreateAssociationBatch",
        "ssm:CreateDocument",
        "ssm:RegisterTaskWithMaintenanceWindow",
        "ssm:ResumeSession",
        "ssm:SendCommand",
        "ssm:StartAccessRequest",
        "ssm:StartAssociationsOnce",
        "ssm:StartAutomationExecution",
        "ssm:StartChangeRequestExecution",
        "ssm:StartSession",
        "ssm:UpdateAssociation",
        "ssm:UpdateDocument",
        "ssm:UpdateDocumentDefaultVersion",
        "ssm:UpdateMaintenanceWindowTask",
    ),
    "it gives an instance a role, whose credentials any program on the instance can read": (
        "ssm:CreateActivation",
        "ssm:RegisterManagedInstance",
        "ssm:UpdateManagedInstanceRole",
    ),
    "it starts or changes an instance with an instance profile and the caller's commands": (
        "ec2:AssociateEnclaveCertificateIamRole",
        "ec2:AssociateIamInstanceProfile",
        "ec2:CreateFleet",
        "ec2:CreateLaunchTemplate",
        "ec2:CreateLaunchTemplateVersion",
        "ec2:ModifyFleet",
        "ec2:ModifyInstanceAttribute",
        "ec2:ModifyLaunchTemplate",
        "ec2:ModifySpotFleetRequest",
        "ec2:ReplaceIamInstanceProfileAssociation",
        "ec2:RequestSpotFleet",
        "ec2:RequestSpotInstances",
        "ec2:RunInstances",
    ),
    "it controls which calls a service makes under a role": (
        "events:PutRule",
        "events:PutTargets",
        "iot:CreateRoleAlias",
        "iot:CreateTopicRule",
        "iot:ReplaceTopicRule",
        "iot:UpdateRoleAlias",
        "kinesisanalytics:CreateApplication",
        "kinesisanalytics:UpdateApplication",
        "pipes:CreatePipe",
        "pipes:UpdatePipe",
        "scheduler:CreateSchedule",
        "scheduler:UpdateSchedule",
        "states:CreateStateMachine",
        "states:TestState",
        "states:UpdateStateMachine",
        "states:UpdateStateMachineAlias",
    ),
    "it returns credentials of another identity": (
        "cognito-identity:GetCredentialsForIdentity",
        "cognito-identity:GetOpenIdToken",
        "cognito-identity:GetOpenIdTokenForDeveloperIdentity",
        "cognito-identity:SetPrincipalTagAttributeMap",
        "cognito-idp:AdminAddUserToGroup",
        "cognito-idp:AdminCreateUser",
        "cognito-idp:AdminSetUserPassword",
        "redshift-serverless:GetCredentials",
        "redshift:GetClusterCredentials",
        "redshift:GetClusterCredentialsWithIAM",
        "sts:AssumeRole",
        "sts:AssumeRoleWithSAML",
        "sts:AssumeRoleWithWebIdentity",
        "sts:AssumeRoot",
        "sts:GetDelegatedAccessToken",
        "sts:GetFederationToken",
        "sts:GetSessionToken",
        "sts:GetWebIdentityToken",
        "sts:SetContext",
        "sts:SetSourceIdentity",
        "sts:TagSession",
    ),
    "it creates a key with the caller's policy, or replaces a key": (
        "kms:CreateCustomKeyStore",
        "kms:CreateKey",
        "kms:ImportKeyMaterial",
        "kms:ReplicateKey",
        "kms:UpdateCustomKeyStore",
        "kms:UpdatePrimaryRegion",
    ),
    "it changes a database's password or role": (
        "rds:AddRoleToDBCluster",
        "rds:AddRoleToDBInstance",
        "rds:ModifyDBCluster",
        "rds:ModifyDBInstance",
        "rds:ModifyDBProxy",
        "redshift:ModifyCluster",
    ),
    "it lets the caller's function read a secret": ("secretsmanager:RotateSecret",),
    "it shares data with other accounts, or copies data there": (
        "ec2:ModifyImageAttribute",
        "logs:PutDestination",
        "s3:CreateAccessPoint",
        "s3:CreateJob",
        "s3:CreateMultiRegionAccessPoint",
        "s3:PutReplicationConfiguration",
    ),
}
REASONS = {action: reason for reason, actions in WAYS.items() for action in actions}
# Actions that change policies or grants, although AWS gives them the level Write.
WRITES_A_POLICY = re.compile(
    r"[\w-]+:(Put|Set|Add|Attach|Detach|Associate|Create|Update|Modify|Delete|Remove|Replace)\w*"
    r"(ResourcePolic|AccessPolic|AccessEntry|ClusterPolicy|ProjectPolicy|SinkPolicy|DestinationPolicy|MeshPolicy|"
    r"ApplicationPolicy|GroupPolicy|ProfilePolicy|ContactPolicy|ChannelPolicy|OriginEndpointPolicy|TrustAnchor|"
    r"DataGrant|Permissions?$|PermissionsPolicy|PolicyStatement|AccountPolicy)\w*"
)


def widens(action):
    """Return why an action lets its holder gain more permissions; None if it does not."""
    of_level, service = level(action), action.partition(":")[0]
    if of_level == "Permissions management":
        return 'AWS gives it the access level "Permissions management"'
    if action in REASONS:
        return REASONS[action]
    if of_level in READING or of_level is None:
        return None
    if service in SERVICES:
        return SERVICES[service]
    return "it changes a policy or grant" if WRITES_A_POLICY.fullmatch(action) else None
