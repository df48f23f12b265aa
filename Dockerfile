# One image for every process: `web`, `worker`, or any other ./fleet command.
FROM python:3.12-slim

RUN useradd --create-home --uid 10001 fleet
WORKDIR /app
COPY requirements.txt ./
RUN python -m venv .venv && .venv/bin/pip install --no-cache-dir -r requirements.txt

COPY --chown=fleet:fleet . .
RUN mkdir /data && chown fleet:fleet /app /data
USER fleet
# The pages do not depend on the address they are served from: they are built once, here.
RUN .venv/bin/python -c "from pathlib import Path; from fleet_app.runtime.frontend import Frontend; Frontend(Path('/tmp/build')).build(print)"

ENV FLEET_HOST=0.0.0.0 FLEET_PORT=8080 FLEET_HOME=/data
VOLUME /data
EXPOSE 8080
ENTRYPOINT [".venv/bin/python", "-m", "fleet_app.cli"]
CMD ["web"]
