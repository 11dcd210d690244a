package trees

import "strings"

var areas = strings.Fields("network compute storage identity database messaging monitoring security edge analytics")

var types = strings.Fields(`aws_vpc aws_subnet aws_route_table aws_security_group aws_iam_role aws_iam_policy aws_s3_bucket
aws_lambda_function aws_db_instance aws_instance aws_lb aws_lb_target_group aws_cloudwatch_log_group aws_kms_key
aws_sns_topic aws_sqs_queue aws_ecs_service aws_ecs_task_definition aws_eks_cluster aws_eks_node_group
google_compute_instance google_compute_network google_project_iam_member google_storage_bucket google_sql_database_instance
azurerm_resource_group azurerm_virtual_network azurerm_subnet azurerm_key_vault azurerm_storage_account
azurerm_linux_virtual_machine azurerm_kubernetes_cluster azurerm_monitor_metric_alert`)

var words = strings.Fields(`access account action address admin alarm alert alias allow alpha api application archive
arn asset association attachment attribute audit auth auto availability backend backup balancer bandwidth base batch
bucket budget cache capacity certificate chain change channel check cidr class cleanup client cloud cluster code
collection command comment condition config connection console container content context control cookie copy core cost
count create credential cron current custom daily dashboard data database date default delay delete delivery deny
deployment description destination detail device dimension directory disk distribution dns document domain drain
duration dynamic edge egress email enable encryption endpoint engine entry environment error event every exclude
execution expiration export extension external factor failover feature field file filter finding firewall flow folder
force format forward frequency from function gateway global grace group guard handler hash header health history home
hook host hosted hour https identity idle image immutable import include index ingress initial input inspection instance
interface internal interval invoke issuer item job key label lambda language latency launch layer level life limit
lifecycle link listener load local location lock log logging main maintenance managed manual map master match maximum
member memory message metadata method metric migration minimum mode model module monitor mount multi name namespace
network node notification number object option order origin output owner package parameter parent partition password
path pattern payload peer period permission physical plan platform point policy pool port prefix preferred primary
priority private process profile project protection protocol provider proxy public publish purge query queue quota random
range rate read reason recovery redirect region registry release remote replica report request require reserved resource
response restart restore result retention retry role root route rule runtime sample scale schedule schema scope script
secondary secret section security segment selector self server service session setting shard share shared signature
single size skip snapshot source spot stack stage standard start state statement static statistic status step storage
stream string subnet subscription suffix support switch system table tag target task template tenant test threshold
throughput time timeout token topic traffic transition trigger trust type unit update upload usage user validation value
variable vault vector version view virtual visibility volume wait warm warning weight window with worker workspace write
zone`)
