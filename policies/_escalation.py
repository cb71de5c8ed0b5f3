"""Which actions let whoever may take them widen permissions, their own or another's. No policy itself.

AWS's access level "Permissions management" (_actions.py) is most of it, but AWS has some actions that write a policy at
the level Write, and knows no ways that lead round: who may change what runs under a role has the permissions of that
role. The ways below are those of the published research, read in 2026, and where AWS's documentation of the service
shows another of the same kind:
rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation, pathfinding.cloud,
github.com/nccgroup/PMapper, github.com/salesforce/cloudsplaining.
"""

import re

from _actions import level

READING = ("List", "Read")
# Of these services every action that writes is such a way.
SERVICES = {
    "account": "the account itself is no function's matter",
    "amplify": "builds run the commands of their specification under a service role",
    "apprunner": "a service runs an image of the caller's choice under its role",
    "autoscaling": "a launch configuration starts machines with an instance profile and the caller's commands",
    "batch": "a job runs the caller's command under its job role",
    "bedrock-agentcore": "a code interpreter runs the caller's code under its role",
    "cloud9": "an environment hands its members temporary credentials of its owner",
    "cloudformation": "a stack makes whatever its template says, with the stack's role",
    "codebuild": "a build runs the caller's buildspec under the project's role",
    "codecatalyst": "a workflow runs under the roles that are connected to it",
    "codedeploy": "a deployment runs its hooks on machines under their roles",
    "codepipeline": "a pipeline runs its actions under its role",
    "codestar": "a project makes roles and resources for its members",
    "controltower": "it makes accounts, roles and guardrails",
    "datapipeline": "a pipeline runs the caller's commands under its role",
    "ec2-instance-connect": "a key of the caller's opens a machine, and so its role",
    "eks": "an access entry makes a principal an administrator of the cluster, a node group runs under its role",
    "elasticbeanstalk": "an environment runs the caller's code under its instance profile",
    "elasticmapreduce": "a step runs the caller's code under the cluster's role",
    "emr-containers": "a job runs the caller's code under its execution role",
    "emr-serverless": "a job runs the caller's code under its execution role",
    "glue": "a job, session or endpoint runs the caller's code under its role",
    "greengrass": "a deployment runs functions on devices under their roles",
    "iam": "it is where permissions are kept; passing a role is TAP-IAM-6",
    "identitystore": "it makes users and members of groups",
    "imagebuilder": "a build runs the caller's commands under its instance profile",
    "organizations": "it makes accounts, and moves what bounds their permissions",
    "opsworks": "a deployment runs the caller's recipes under its instance profile",
    "proton": "an environment makes whatever its template says, with a role",
    "ram": "it shares resources with other accounts",
    "rolesanywhere": "a trust anchor lets the holder of a certificate take on roles",
    "sagemaker": "a notebook, job or endpoint runs the caller's code under its role",
    "servicecatalog": "a product makes whatever its template says, with a launch role",
    "sso": "it assigns permission sets to people",
    "sso-directory": "it makes users and members of groups",
    "ssm-quicksetup": "it rolls out configurations with roles of its own",
}
# Single ways: the service's other actions are in everyday use.
WAYS = {
    "it changes what a function runs, with whose code or under which role": (
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
    "it runs a command of the caller's in a container, under the task's role": (
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
    "it runs a command of the caller's on a machine, under the machine's role": (
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
    "it makes a machine of the account one that a role can be taken from": (
        "ssm:CreateActivation",
        "ssm:RegisterManagedInstance",
        "ssm:UpdateManagedInstanceRole",
    ),
    "it starts or changes a machine with an instance profile and the caller's commands": (
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
    "it decides which calls a service makes under a role": (
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
    "it hands out credentials of another identity": (
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
    "it makes a key with a policy of the caller's, or puts another key in the place of one": (
        "kms:CreateCustomKeyStore",
        "kms:CreateKey",
        "kms:ImportKeyMaterial",
        "kms:ReplicateKey",
        "kms:UpdateCustomKeyStore",
        "kms:UpdatePrimaryRegion",
    ),
    "it gives a database another password, or a role": (
        "rds:AddRoleToDBCluster",
        "rds:AddRoleToDBInstance",
        "rds:ModifyDBCluster",
        "rds:ModifyDBInstance",
        "rds:ModifyDBProxy",
        "redshift:ModifyCluster",
    ),
    "it lets the caller's function handle a secret": ("secretsmanager:RotateSecret",),
    "it opens or copies data to others": (
        "ec2:ModifyImageAttribute",
        "logs:PutDestination",
        "s3:CreateAccessPoint",
        "s3:CreateJob",
        "s3:CreateMultiRegionAccessPoint",
        "s3:PutReplicationConfiguration",
    ),
}
REASONS = {action: reason for reason, actions in WAYS.items() for action in actions}
# AWS has these at the level Write, though they write or take away who may do what.
WRITES_A_POLICY = re.compile(
    r"[\w-]+:(Put|Set|Add|Attach|Detach|Associate|Create|Update|Modify|Delete|Remove|Replace)\w*"
    r"(ResourcePolic|AccessPolic|AccessEntry|ClusterPolicy|ProjectPolicy|SinkPolicy|DestinationPolicy|MeshPolicy|"
    r"ApplicationPolicy|GroupPolicy|ProfilePolicy|ContactPolicy|ChannelPolicy|OriginEndpointPolicy|TrustAnchor|"
    r"DataGrant|Permissions?$|PermissionsPolicy|PolicyStatement|AccountPolicy)\w*"
)


def widens(action):
    """Why an action lets its caller widen permissions; None where it does not."""
    of_level, service = level(action), action.partition(":")[0]
    if of_level == "Permissions management":
        return 'AWS gives it the access level "Permissions management"'
    if action in REASONS:
        return REASONS[action]
    if of_level in READING or of_level is None:
        return None
    if service in SERVICES:
        return SERVICES[service]
    return "it writes who may do what" if WRITES_A_POLICY.fullmatch(action) else None
