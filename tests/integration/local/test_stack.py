"""The local stack: what it creates before it starts."""

from local.stack import Options, programs


def secret_of(home):
    (s3,) = (program for program in programs(Options(home=home)) if program.name == "s3")
    return s3.env["AWS_SECRET_ACCESS_KEY"]


def test_the_secret_of_the_local_s3_is_kept(tmp_path):
    made = secret_of(tmp_path)
    assert len(made) == 40
    assert secret_of(tmp_path) == made


def test_a_secret_that_a_loss_of_power_has_emptied_is_made_anew(tmp_path):
    made = secret_of(tmp_path)
    (tmp_path / "s3-secret").write_text("")
    second = secret_of(tmp_path)
    assert len(second) == 40
    assert second != made
    assert (tmp_path / "s3-secret").stat().st_mode & 0o777 == 0o600
