"""Who we are to S3, where the environment gives no static keys.

boto3 finds and refreshes the credentials: profiles, SSO, assumed roles, `credential_process`, web
identity, and the roles of containers and instances. obstore moves the bytes. boto3 is imported here
alone: its import takes 130 ms, which a person with static keys never waits for.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

from functions.common.errors import TemporaryError, cause

if TYPE_CHECKING:
    from obstore.auth.boto3 import Boto3CredentialProvider

ASKED_AGAIN = timedelta(seconds=1)
"""obstore asks boto3 before each request: boto3 knows when a token runs out, obstore does not."""
RETRY_AFTER_S = 10.0
REMEDY = (
    "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give the function a role"
)


def from_boto3() -> Boto3CredentialProvider:
    """The credentials that boto3 finds. TemporaryError where it finds none: they may be added."""
    try:
        import boto3
        from botocore.exceptions import BotoCoreError, ProfileNotFound
        from obstore.auth.boto3 import Boto3CredentialProvider
    except ModuleNotFoundError as error:
        message = f"Finding AWS credentials needs {error.name}, which is not installed; {REMEDY}."
        raise TemporaryError(message, retry_after_s=RETRY_AFTER_S) from error
    try:
        session = boto3.Session()
        if session.get_credentials() is None:
            message = f"There are no AWS credentials for S3; {REMEDY}."
            raise TemporaryError(message, retry_after_s=RETRY_AFTER_S)
        return Boto3CredentialProvider(session, ttl=ASKED_AGAIN)
    except ProfileNotFound as error:
        profile = os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE")
        message = (
            f"AWS_PROFILE names {profile!r}, which is in no AWS configuration file;"
            " name a profile that is there, or unset AWS_PROFILE."
        )
        raise TemporaryError(message, retry_after_s=RETRY_AFTER_S) from error
    except BotoCoreError as error:
        message = f"The AWS credentials for S3 cannot be read: {cause(error)}"
        raise TemporaryError(message, retry_after_s=RETRY_AFTER_S) from error
