import keras
import pytest


@pytest.fixture(autouse=True)
def _same_policy():
    policy = keras.config.dtype_policy()
    yield
    keras.config.set_dtype_policy(policy)


def pytest_report_header():
    return f"keras {keras.__version__} on {keras.backend.backend()}"
