import keras
import pytest

from keras_activations.core import kernels


# Initial weights and numbers at random are the same in every run, those that a fixture of the module makes too.
@pytest.fixture(autouse=True, scope="module")
def _seed_of_the_module():
    keras.utils.set_random_seed(0)


@pytest.fixture(autouse=True)
def _seed(_seed_of_the_module):
    keras.utils.set_random_seed(0)


@pytest.fixture(autouse=True)
def _same_policy():
    policy = keras.config.dtype_policy()
    yield
    keras.config.set_dtype_policy(policy)


# It takes 10 to 50 ms to make a kernel that is remembered, and each test makes layers of its own. The other files run the same operations
# one by one.
REMEMBERING = {"test_axis", "test_fused", "test_kernels", "test_logits", "test_memory", "test_splitters"} | (
    {"test_values"} if keras.backend.backend() == "tensorflow" else set()
)


@pytest.fixture(autouse=True, scope="module")
def _kernels(request):
    with pytest.MonkeyPatch.context() as patch:
        if request.module.__name__ not in REMEMBERING:
            patch.setattr(kernels, "is_remembered", lambda *arguments: False)
        yield


@pytest.fixture(autouse=True, scope="module")
def _no_compiled_leftovers():
    yield
    if keras.backend.backend() == "jax":
        import jax

        # It keeps all that it has compiled, which in one process would be many gigabytes.
        jax.clear_caches()


def pytest_report_header():
    return f"keras {keras.__version__} on {keras.backend.backend()}"
