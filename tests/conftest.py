import gc

import keras
import pytest

from keras_activations.core import kernels


# torch's own function asks for every kind of device, and notes where it was called. That takes 2 ms for each test. It is needed only where
# there is a GPU, which has a generator of its own.
@pytest.fixture(autouse=True, scope="session")
def _fast_seed():
    with pytest.MonkeyPatch.context() as patch:
        if keras.backend.backend() == "torch":
            import torch

            if not torch.accelerator.is_available():
                patch.setattr(torch, "manual_seed", torch.default_generator.manual_seed)
        yield


# Initial weights and random numbers are the same in every run. This includes the numbers that a fixture of the module makes.
@pytest.fixture(autouse=True, scope="module")
def _seed_of_the_module(_fast_seed):
    keras.utils.set_random_seed(0)


@pytest.fixture(autouse=True)
def _seed(_seed_of_the_module):
    keras.utils.set_random_seed(0)


@pytest.fixture(autouse=True)
def _same_policy():
    policy = keras.config.dtype_policy()
    yield
    keras.config.set_dtype_policy(policy)


# A kernel that is remembered takes 10 to 50 ms to make, and each test makes new layers. These files remember kernels.
# The other files run the same operations one by one.
REMEMBERING = {"test_axis", "test_fused", "test_kernels", "test_logits", "test_memory", "test_splitters"} | (
    {"test_values"} if keras.backend.backend() == "tensorflow" else set()
)


@pytest.fixture(autouse=True, scope="module")
def _kernels(request):
    with pytest.MonkeyPatch.context() as patch:
        if request.module.__name__ not in REMEMBERING:
            patch.setattr(kernels, "is_remembered", lambda *arguments: False)
        yield


# These files make many models that run a few times each. On JAX, compiling them takes longer than all the rest.
MAKING_MODELS = {
    *("test_check", "test_compat", "test_describing", "test_finding", "test_layer", "test_learning", "test_monitoring", "test_plotting"),
    *("test_saving", "test_surgery", "test_survival"),
}


@pytest.fixture(autouse=True, scope="module")
def _fast_compiler(request):
    if keras.backend.backend() != "jax" or request.module.__name__ not in MAKING_MODELS:
        yield
        return
    import jax

    jax.config.update("jax_disable_most_optimizations", True)
    yield
    jax.config.update("jax_disable_most_optimizations", False)


@pytest.fixture(autouse=True, scope="module")
def _no_compiled_leftovers():
    yield
    if keras.backend.backend() == "jax":
        import jax

        # JAX keeps everything that it has compiled. In one process that would be many gigabytes.
        jax.clear_caches()


@pytest.fixture(autouse=True, scope="session")
def _rare_collections():
    # Millions of objects stay: modules, and graphs of TensorFlow. By default the collector searches them so often that it takes a
    # twentieth of the time.
    gc.collect()
    gc.freeze()
    thresholds = gc.get_threshold()
    gc.set_threshold(100_000, 50, 100)
    yield
    gc.set_threshold(*thresholds)
    gc.unfreeze()


def pytest_report_header():
    return f"keras {keras.__version__} on {keras.backend.backend()}"
