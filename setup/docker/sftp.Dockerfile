# A bank's file server: OpenSSH, one user, nothing but SFTP, locked into its folder.
FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends openssh-server \
    && rm -rf /var/lib/apt/lists/* /etc/ssh/ssh_host_* \
    && useradd --create-home --shell /usr/sbin/nologin bank \
    && chown root:root /home/bank && chmod 755 /home/bank \
    && install -d -o bank -g bank /home/bank/in /home/bank/out \
    && install -d /run/sshd /keys
COPY setup/docker/sshd_config /etc/ssh/sshd_config
# The host key lies in the volume, so that a pinned key stays true when the container is made anew.
CMD ["sh", "-c", "[ -f /keys/host ] || ssh-keygen -q -t ed25519 -N '' -f /keys/host; exec /usr/sbin/sshd -D -e"]
