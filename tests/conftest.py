import keras
import pytest


@pytest.fixture(autouse=True)
def _same_policy():
    policy = keras.config.dtype_policy()
    yield
    keras.config.set_dtype_policy(policy)


@pytest.fixture(autouse=True, scope="module")
def _no_compiled_leftovers():
    yield
    if keras.backend.backend() == "jax":
        import jax

        # It keeps all that it has compiled, which in one process would be many gigabytes.
        jax.clear_caches()


def pytest_report_header():
    return f"keras {keras.__version__} on {keras.backend.backend()}"
