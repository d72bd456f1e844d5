"""Writes a delivery status notification (RFC 3464) by Python's email package: bounce.py TO ACTION STATUS"""

import sys
from email.message import Message
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

to, action, status = sys.argv[1:]

report = MIMEMultipart("report")
report.set_param("report-type", "delivery-status")
report["From"] = "Mail Delivery System <MAILER-DAEMON@mx.example>"
report["To"] = to
report["Subject"] = "Undelivered Mail Returned to Sender"
report["Auto-Submitted"] = "auto-replied"
report.attach(MIMEText("Leider konnte die Nachricht nicht zugestellt werden – sie kommt zurück.", "plain", "utf-8"))

message = Message()
message["Reporting-MTA"] = "dns; mx.example"
message["Arrival-Date"] = "Mon, 02 Mar 2026 09:30:00 +0000"
recipient = Message()
recipient["Final-Recipient"] = "rfc822; gone@clinic.example"
recipient["Action"] = action
recipient["Status"] = status
recipient["Remote-MTA"] = "dns; mail.clinic.example"
recipient["Diagnostic-Code"] = "smtp; 550 5.1.1 <gone@clinic.example>: Recipient address rejected: User unknown in local recipient table"
groups = Message()
groups.set_type("message/delivery-status")
groups.set_payload([message, recipient])
report.attach(groups)

original = Message()
original["From"] = "attune@clinic.example"
original["To"] = "gone@clinic.example"
original["Subject"] = "An alert is waiting"
original.set_payload("An alert is waiting.\n")
report.attach(MIMEMessage(original))

sys.stdout.write(report.as_string())
