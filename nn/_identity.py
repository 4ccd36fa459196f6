"""Make sure that the `autograd` Python found is the one this package is written for.

Another distribution is called `autograd` (HIPS). Installed beside ours it overwrites files of the same name, or comes
first on `sys.path`, and nothing in Python notices. So `nn` looks for a marker that only our `autograd` carries.
"""

import autograd


def check() -> None:
    """Raise unless the imported `autograd` is Chalkgrad's.

    Raises
    ------
    ImportError
        It is another package; the message says which, where it lies and what to do.
    """
    if getattr(autograd, "__chalkgrad__", False) is not True:
        raise ImportError(_explanation(), name="autograd")


def _explanation() -> str:
    from importlib import metadata  # 20 ms to import, and only an error needs it

    paths = [getattr(autograd, "__file__", None), *getattr(autograd, "__path__", [])]
    where = next((path for path in paths if path), "an unknown place")
    try:
        owner = f"the distribution autograd {metadata.version('autograd')} (HIPS)"
    except metadata.PackageNotFoundError:
        owner = "something else of that name"
    return (
        f"nn found another `autograd` than Chalkgrad's: {where} belongs to {owner}, which overwrote ours or comes "
        "before it on sys.path; expected the `autograd` that comes with the distribution chalkgrad. Install chalkgrad "
        "into a fresh environment, or repair this one: `pip uninstall autograd`, then "
        "`pip install --force-reinstall chalkgrad`."
    )


check()
