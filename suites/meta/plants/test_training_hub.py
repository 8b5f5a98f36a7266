"""Wrong answers about files of weights and their addresses."""

import shutil

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong import setting
from suites.training import test_hub as claims

URL = "torch.hub.load_state_dict_from_url"


def careless(original):
    """What is loaded is not compared with its hash."""
    return lambda url, path, hash_prefix, **kwargs: original(url, path, None, **kwargs)


def anew(original):
    """What is kept is thrown away before."""

    def load(url, kept, **kwargs):
        shutil.rmtree(kept, ignore_errors=True)
        try:
            return original(url, kept, **kwargs)
        except OSError as missing:
            raise AssertionError(url) from missing

    return load


PLANTS = (
    Plant("the name is the address's", claims.test_keeps_the_file_under_its_name, URL, setting(file_name=None),
          {"settings": {"file_name": "other.pth"}, "name": "other.pth"}),
    Plant("it is fetched again", claims.test_fetches_a_file_once, URL, anew),
    Plant("any hash will do", claims.test_checks_the_hash_if_told, "torch.hub.download_url_to_file", careless),
    Plant("they stay on the CPU", claims.test_puts_tensors_where_told, URL, setting(map_location=None)),
)  # fmt: skip


@plants(*PLANTS)
def test_hub_rejects(plant, tmp_path, request):
    assert_rejected(plant, request)
