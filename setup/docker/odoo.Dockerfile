# Odoo 19 with this project's libraries and addons; the scripts are those of a plain machine.
FROM odoo:19
USER root
RUN apt-get update \
    && apt-get install -y --no-install-recommends curl gcc libc6-dev python3-dev python3-venv \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /project
COPY requirements.txt ./
COPY setup ./setup
RUN mkdir -p .odoo/data && chown -R odoo /project
USER odoo
ENV ODOO_SOURCE=/usr/lib/python3/dist-packages
RUN setup/setup.sh image
COPY --chown=odoo addons ./addons
RUN setup/setup.sh compile
ENTRYPOINT ["setup/docker/entrypoint.sh"]
CMD ["serve"]
