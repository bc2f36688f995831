# What an interpreter says of itself, as one line of JSON. The arguments name packages to look for.
# Standard library only; also for versions that are too old, which say so. Packages are not imported.
import json
import platform
import sys
import sysconfig


def versions(names):
    try:
        from importlib import metadata
    except ImportError:
        return {}
    found = {}
    for name in names:
        try:
            found[name] = str(metadata.version(name))
        except Exception:
            pass
    return found


lock = getattr(sys, "_is_gil_enabled", None)
print()
print(
    json.dumps(
        {
            "poolscope": 1,
            "executable": sys.executable or "",
            "prefix": sys.prefix,
            "base_prefix": getattr(sys, "base_prefix", sys.prefix),
            "implementation": platform.python_implementation(),
            "version": platform.python_version(),
            "major_minor": [sys.version_info[0], sys.version_info[1]],
            "built": platform.python_build()[1],
            "compiler": platform.python_compiler(),
            "debug": hasattr(sys, "gettotalrefcount"),
            "free_threaded": sysconfig.get_config_var("Py_GIL_DISABLED") == 1,
            "lock_enabled": bool(lock()) if lock else True,
            "packages": versions(sys.argv[1:]),
        }
    )
)
sys.stdout.flush()
