"""Which files of the installed libraries each image layer holds."""

from local.own_files import drop_what_never_runs, keep_own


def written(folder, *names, text="the same"):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def files(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_only_files_that_the_layer_below_lacks_or_has_otherwise_are_kept(tmp_path):
    own, shared = tmp_path / "own", tmp_path / "shared"
    written(shared, "a/same.py", "a/b/same.py", "a/other.py")
    written(own, "a/same.py", "a/b/same.py", "c/new.py")
    written(own, "a/other.py", text="another version")
    keep_own(own, shared)
    assert files(own) == {"a/other.py", "c/new.py"}
    assert not (own / "a/b").exists()


def test_what_no_function_loads_is_left_out(tmp_path):
    written(tmp_path, "prophet/forecaster.py", "prophet/stan_model/bin/stanc")
    written(tmp_path, "mpl_toolkits/mplot3d/tests/test_a.py", "mpl_toolkits/mplot3d/axes.py")
    drop_what_never_runs(tmp_path)
    assert files(tmp_path) == {"prophet/forecaster.py", "mpl_toolkits/mplot3d/axes.py"}
