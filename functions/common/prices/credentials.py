"""Finds credentials for S3 if the environment has no static keys.

boto3 finds and refreshes the credentials: profiles, SSO, assumed roles, `credential_process`, web
identity, and the roles of containers and instances. obstore transfers the data. Only this module
imports boto3, so that users with static keys do not wait 130 ms for that import.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

from functions.common.errors import TemporaryError, cause

if TYPE_CHECKING:
    from obstore.auth.boto3 import Boto3CredentialProvider

ASKED_AGAIN = timedelta(seconds=1)
"""How often obstore asks boto3 for credentials. Only boto3 knows when a token expires."""
RETRY_AFTER_S = 10.0
REMEDY = (
    "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give the function a role"
)


def from_boto3() -> Boto3CredentialProvider:
    """The credentials that boto3 finds.

    Raises TemporaryError if it finds none, because the operator can still add them.
    """
    try:
        import boto3
        from botocore.exceptions import BotoCoreError, ProfileNotFound
        from obstore.auth.boto3 import Boto3CredentialProvider
    except ModuleNotFoundError as error:
        message = f"{error.name} is needed to find AWS credentials, but is not installed. {REMEDY}."
        raise TemporaryError(message, retry_after_s=RETRY_AFTER_S) from error
    try:
        session = boto3.Session()
        if session.get_credentials() is None:
            message = f"There are no AWS credentials for S3. {REMEDY}."
            raise TemporaryError(message, retry_after_s=RETRY_AFTER_S)
        return Boto3CredentialProvider(session, ttl=ASKED_AGAIN)
    except ProfileNotFound as error:
        profile = os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE")
        message = (
            f"AWS_PROFILE names {profile!r}, which is not in the AWS configuration files."
            " Name an existing profile, or unset AWS_PROFILE."
        )
        raise TemporaryError(message, retry_after_s=RETRY_AFTER_S) from error
    except BotoCoreError as error:
        message = f"The AWS credentials for S3 cannot be read: {cause(error)}"
        raise TemporaryError(message, retry_after_s=RETRY_AFTER_S) from error
