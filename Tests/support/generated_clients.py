"""Clients that generators make of the service's description, each compiled and with a program that uses it."""

import concurrent.futures
import os
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
JOURNEYS = ROOT / "Tests" / "Clients" / "journeys"
# Debian's jakarta.annotation; the generator's own archive has Jackson.
ANNOTATIONS = "/usr/share/java/jakarta-annotation-api.jar"
# A generator runs for seconds: the second compiler and the concurrent collector only cost time.
QUICK = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
MAKERS = ("openapi-generator", "openapi-python-client", "datamodel-code-generator", "Java", "TypeScript")


def clients_python():
    """The path of a Python that has the generators and the libraries."""
    return run(ROOT / "Scripts" / "lib" / "clients-python.sh").stdout.strip().splitlines()[-1]


class GeneratedClients:
    """Makes all clients in a folder, side by side."""

    def __init__(self, folder, description):
        self.folder = pathlib.Path(folder)
        self.description = self.folder / "openapi.json"
        self.description.write_bytes(description)
        self.python = clients_python()
        packages = pathlib.Path(self.python).parent.parent.glob("lib/python*/site-packages")
        self.archive = next(packages) / "openapi_generator_cli" / "openapi-generator.jar"
        self.outputs = {}

    def make(self):
        """Makes and compiles every client; returns the errors by maker."""
        makers = {
            "Java": self._java,
            "openapi-generator": self._openapi_generator,
            "TypeScript": self._typescript,
            "openapi-python-client": self._openapi_python_client,
            "datamodel-code-generator": self._datamodel_code_generator,
        }
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            futures = {name: pool.submit(make) for name, make in makers.items()}
        return {name: str(future.exception()) for name, future in futures.items() if future.exception()}

    def lint(self):
        """The linter's verdict on the description."""
        return run(self.python, "-m", "openapi_spec_validator", self.description, fails=True)

    def journey(self, name, url, token, frames):
        """Runs a client's program; the frames' data are its input."""
        programs = {
            "openapi-generator": [self.python, JOURNEYS / "openapi_generator.py"],
            "openapi-python-client": [self.python, JOURNEYS / "openapi_python_client.py"],
            "datamodel-code-generator": [self.python, JOURNEYS / "datamodel_code_generator.py"],
            "Java": ["java", *QUICK, "-cp", self._java_path(), "Journey"],
            "TypeScript": ["node", self.folder / "compiled" / "journey.js"],
        }
        environment = {
            **os.environ,
            "URL": url,
            "TOKEN": token,
            "PYTHONPATH": str(self.folder),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONIOENCODING": "utf-8",
        }
        return run(*programs[name], input=frames, env=environment, fails=True)

    # Makers

    def _generate(self, language, output, properties, *more):
        run(
            "java",
            *QUICK,
            "-jar",
            self.archive,
            "generate",
            "-i",
            self.description,
            "-g",
            language,
            "-o",
            output,
            "--additional-properties",
            properties,
            "--global-property",
            "apis,models,supportingFiles,apiDocs=false,modelDocs=false,apiTests=false,modelTests=false",
            *more,
        )

    def _openapi_generator(self):
        self._generate("python", self.folder / "openapi-generator", "packageName=waybill_api")
        shutil.move(self.folder / "openapi-generator" / "waybill_api", self.folder)

    def _java(self):
        output = self.folder / "java"
        properties = "openApiNullable=false,useJakartaEe=true,hideGenerationTimestamp=true"
        self._generate("java", output, properties, "--library", "native")
        sources = [*(output / "src" / "main").rglob("*.java"), JOURNEYS / "Journey.java"]
        arguments = self.folder / "java-sources"
        arguments.write_text("\n".join(map(str, sources)), encoding="utf-8")
        javac = [
            "javac",
            *(f"-J{option}" for option in QUICK),
            "-proc:none",
            "-nowarn",
            "-g:none",
            "-encoding",
            "UTF-8",
        ]
        run(*javac, "-d", self.folder / "classes", "-cp", self._java_path(), f"@{arguments}")

    def _java_path(self):
        return f"{self.folder / 'classes'}:{self.archive}:{ANNOTATIONS}"

    def _typescript(self):
        output = self.folder / "typescript"
        self._generate("typescript-fetch", output / "client", "importFileExtension=")
        shutil.copy(JOURNEYS / "journey.ts", output)
        options = [
            "--strict",
            "--target",
            "es2020",
            "--module",
            "commonjs",
            "--lib",
            "es2020,dom,dom.iterable",
            "--moduleResolution",
            "node",
        ]
        version = tuple(map(int, run("tsc", "--version").stdout.split()[1].split(".")[:2]))
        if version < (4, 9):
            # It does not learn from `in` what an object has.
            options.append("--suppressImplicitAnyIndexErrors")
        run("tsc", *options, "--outDir", self.folder / "compiled", output / "journey.ts")

    def _openapi_python_client(self):
        output = self.folder / "openapi-python-client"
        done = run(
            pathlib.Path(self.python).parent / "openapi-python-client",
            "generate",
            "--meta",
            "none",
            "--path",
            self.description,
            "--output-path",
            output / "waybill_client",
        )
        shutil.move(output / "waybill_client", self.folder)
        # It knows no bodies of lines, and says so of the bulk route alone.
        left_out = [line for line in done.stdout.splitlines() if line.startswith("WARNING")]
        if any("POST /v1/commands" not in line for line in left_out):
            raise RuntimeError("\n".join(left_out))

    def _datamodel_code_generator(self):
        run(
            pathlib.Path(self.python).parent / "datamodel-codegen",
            "--input",
            self.description,
            "--input-file-type",
            "openapi",
            "--output-model-type",
            "pydantic_v2.BaseModel",
            "--output",
            self.folder / "waybill_models.py",
        )


def run(*arguments, fails=False, **options):
    """Runs a program to its end; raises with its output where it fails, unless failures are looked at."""
    done = subprocess.run(
        list(map(str, arguments)),
        stdin=None if "input" in options else subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
        **options,
    )
    if done.returncode and not fails:
        raise RuntimeError(f"{arguments[0]} ended with {done.returncode}: {(done.stdout + done.stderr)[-3000:]}")
    return done
