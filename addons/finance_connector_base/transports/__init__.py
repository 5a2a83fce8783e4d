from . import broker, folder, https, sftp, soap, upload
